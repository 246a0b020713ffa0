"""What a training really computes in, whatever its settings say."""

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook

FORMATS = {torch.channels_last: "channels last", torch.contiguous_format: "channels first"}


class Witness:
    """Looks at the first convolution of any network of this process, once, and is gone.

    `seen` is then its output's dtype and layout, such as "bfloat16, channels last"; "" before.
    """

    def __init__(self) -> None:
        self.seen = ""
        self._hook = register_module_forward_hook(self._look)

    def _look(self, module: nn.Module, _: object, output: torch.Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            self._hook.remove()
            # Of one image or channel both are true; networks of this race have more of either.
            layout = next(name for kind, name in FORMATS.items() if _is_laid_out(output, kind))
            self.seen = f"{str(output.dtype).removeprefix('torch.')}, {layout}"


def _is_laid_out(tensor: torch.Tensor, kind: torch.memory_format) -> bool:
    return tensor.is_contiguous(memory_format=kind)
