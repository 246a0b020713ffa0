"""A network that is only looked into: whatever happens, it is given back as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.utils.hooks import RemovableHandle


@contextmanager
def borrowed(network: nn.Module) -> Iterator[list[RemovableHandle]]:
    """Puts a network into eval mode; afterwards each module is in the mode that it was in.

    Yields:
        A list: the hooks whose handles are put into it are taken off again.
    """
    modes = [(module, module.training) for module in network.modules()]
    handles: list[RemovableHandle] = []
    network.eval()
    try:
        yield handles
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
