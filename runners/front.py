"""What a frozen front makes of images that stay the same, computed once and used again.

The front is the blocks before the first one that trains. While they are frozen, their output for
an image without augmentation is always the same, and the rest of the network is the cheap part.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import torch
from torch import Tensor, nn

from runners.data.loader import Batch
from runners.freezing import FreezableClassifier

# Of features that are kept; what does not fit is computed anew each time.
BUDGET_BYTES = 256 * 2**20
_Forward = Callable[..., Any]


class Unfit(Exception):  # noqa: N818 - a trait of a network, not a mistake
    """The network does not use its front as a front; its text says why."""


@dataclass(frozen=True)
class _Call:
    """The output of one call of a module in the front, without its values."""

    shape: torch.Size
    dtype: torch.dtype
    device: torch.device

    @classmethod
    def of(cls, output: Tensor) -> "_Call":
        """That of a call which gave this."""
        return cls(output.shape, output.dtype, output.device)

    def blank(self) -> Tensor:
        """A stand-in that takes no memory. It is not a number, so that no use of it goes unseen."""
        nothing = torch.full((), torch.nan, dtype=self.dtype, device=self.device)
        return nothing.expand(self.shape)


@dataclass(frozen=True)
class Features:
    """A batch after the front: `calls` of its modules, in order, and the last one's output."""

    calls: tuple[_Call, ...]
    last: Tensor
    batch: Batch

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return self.last.nbytes


class Front:
    """The frozen front of a classifier as it stands; empty where the first block trains."""

    def __init__(self, model: FreezableClassifier) -> None:
        frozen = takewhile(lambda block: block.name not in model.trainable, model.blocks)
        names = [name for block in frozen for name in block.modules]
        known = set(names)
        outermost = [name for name in names if not known & set(_ancestors(name))]
        modules = dict(model.network.named_modules())
        self._model = model
        self._modules = list(dict.fromkeys(modules[name] for name in outermost))
        inside = {module for name in names for module in modules[name].modules()}
        self._behind = [
            module
            for module in modules.values()
            if inside.isdisjoint(module.modules())
            and any(True for _ in module.parameters(recurse=False))
        ]

    def __bool__(self) -> bool:
        return bool(self._modules)

    def record(self, batch: Batch) -> tuple[Tensor, Features]:
        """The logits of a batch, and what the front made of it.

        Raises:
            Unfit: where a module gives something else than a tensor of floats, or is used again
                when the blocks behind the front have begun.
        """
        recording = _Recording()
        with self._answering(recording.beside), _heard(self._behind, recording.leave):
            logits = self._model(batch.images)
        if recording.last is None:
            raise Unfit("its modules are not called")
        blank = _Call.of(batch.images).blank()
        kept = Features(tuple(recording.calls), recording.last, replace(batch, images=blank))
        return logits, kept

    def replay(self, features: Features) -> Tensor:
        """The logits of the same batch, from its features.

        Raises:
            Unfit: where the network does not call its front as it did.
        """
        answers = iter(features.calls)
        last = len(features.calls) - 1
        n_called = -1

        def answer(*_: Any, **__: Any) -> Tensor:
            nonlocal n_called
            n_called += 1
            call = next(answers, None)
            if call is None:
                raise Unfit("its modules are not called in the same order each time")
            # A copy, as what follows may work in place.
            return features.last.clone() if n_called == last else call.blank()

        with self._answering(lambda _: answer):
            return self._model(features.batch.images)  # type: ignore[no-any-return]

    @contextmanager
    def _answering(self, instead: Callable[[_Forward], _Forward]) -> Iterator[None]:
        """Has each module of the front answer by another function, made of its own `forward`."""
        own = [(module, module.__dict__.get("forward")) for module in self._modules]
        for module in self._modules:
            module.forward = instead(module.forward)
        try:
            yield
        finally:
            for module, forward in own:
                if forward is None:
                    del module.forward  # that of its class is behind it
                else:
                    module.forward = forward


class _Recording:
    """Listens to modules: what their calls gave, and a copy of the last output."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.last: Tensor | None = None
        self._is_left = False

    def leave(self, *_: Any) -> None:
        """Called when a module behind the front begins."""
        self._is_left = True

    def beside(self, own: _Forward) -> _Forward:
        """The same function, listened to."""

        def forward(*inputs: Any, **named: Any) -> Any:
            if self._is_left:
                raise Unfit("a module of its front is used again behind it")
            output = own(*inputs, **named)
            if not isinstance(output, Tensor) or not output.is_floating_point():
                raise Unfit("its modules do not give one tensor each")
            self.calls.append(_Call.of(output))
            self.last = output.clone()  # what follows may work in place
            return output

        return forward


@contextmanager
def _heard(modules: Iterable[nn.Module], listen: Callable[..., None]) -> Iterator[None]:
    """Has a function called whenever one of the modules begins."""
    handles = [module.register_forward_pre_hook(listen) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _ancestors(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
