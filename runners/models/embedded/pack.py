"""Packs what `make pretrain` has made into the package: weights in float16, and their README.

python -m runners.models.embedded.pack RESULTS/pretraining
"""

import sys
from pathlib import Path

from bench.results.atomic import sha256_file, write_atomic
from bench.results.records import RunRecord, complete_runs
from runners.models.embedded import FOLDER, NAMES

_HEAD = ("head.", "fc.")
_BEGIN, _END = "<!-- figures: written by pack.py -->\n", "<!-- end of figures -->\n"


def main(suite_folder: Path) -> None:
    """Packs the newest complete run of each network, and writes their figures to README.md."""
    newest: dict[str, RunRecord] = {}
    for record in complete_runs(suite_folder):
        known = newest.get(record.experiment, record)
        newest[record.experiment] = max(known, record, key=lambda one: one.spec["started"])
    lines = [
        "| file | bytes | species told apart | top-1, test | macro, test | SHA-256 |",
        "|---|---|---|---|---|---|",
        *(_pack(name, newest[name]) for name in NAMES),
    ]
    readme = FOLDER / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    table = "\n".join(lines)
    write_atomic(readme, f"{before}{_BEGIN}\n{table}\n\n{_END}{after}")


def _pack(name: str, record: RunRecord) -> str:
    """Writes one network's weights without its head; gives its row of the table."""
    from safetensors.torch import load, save

    state = load(record.folder.read("model.safetensors"))
    backbone = {
        key: tensor.half().contiguous() if tensor.is_floating_point() else tensor
        for key, tensor in state.items()
        if not key.startswith(_HEAD)
    }
    file = FOLDER / f"{name}.safetensors"
    write_atomic(file, save(backbone))
    test, n_classes = record.metrics["test"], len(record.spec["classes"])
    figures = f"{n_classes} | {test['accuracy']:.3f} | {test['macro_accuracy']:.3f}"
    sys.stdout.write(f"{file}: {file.stat().st_size} bytes, test accuracy {test['accuracy']:.3f}\n")
    return f"| {file.name} | {file.stat().st_size:,} | {figures} | `{sha256_file(file)}` |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
