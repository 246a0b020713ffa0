"""Attention is that which the network computes, block by block."""

import numpy as np
import pytest
import torch
from torchvision.models import VisionTransformer as TorchvisionViT

from analysis.explain.attention import attention_maps, mixes_tokens
from runners.models.embedded.networks import build_embedded


def timm_vit(**options):
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(
        img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=3, num_classes=2, **options
    )


def torchvision_vit():
    return TorchvisionViT(32, 8, num_layers=2, num_heads=3, hidden_dim=24, mlp_dim=48)


def first_attention(vit, images):
    """Block 0's softmax(q k / sqrt(d)) of a timm ViT, from its weights alone."""
    tokens = vit.patch_embed(images)
    tokens = torch.cat([vit.cls_token.expand(len(images), -1, -1), tokens], dim=1) + vit.pos_embed
    inputs = vit.blocks[0].norm1(tokens)
    query, key, _ = vit.blocks[0].attn.qkv(inputs).unflatten(2, (3, 3, 8)).permute(2, 0, 3, 1, 4)
    return torch.softmax(query @ key.transpose(-2, -1) / 8**0.5, dim=-1)


def test_timms_attention_equals_the_formula_and_fused_kernels_come_back():
    torch.manual_seed(0)
    vit = timm_vit()
    images = torch.randn(2, 3, 32, 32)
    assert all(block.attn.fused_attn for block in vit.blocks)
    with torch.no_grad():
        before, wanted = vit.eval()(images), first_attention(vit, images)
    vit.train()
    found = attention_maps(vit, images)
    assert [block.shape for block in found] == [(2, 3, 17, 17)] * 2
    torch.testing.assert_close(found[0], wanted, atol=1e-5, rtol=0)
    assert vit.training
    assert all(block.attn.fused_attn for block in vit.blocks)
    assert not any(module._forward_hooks for module in vit.modules())
    with torch.no_grad():
        assert torch.equal(vit.eval()(images), before)


def test_torchvisions_attention_equals_what_its_module_gives_when_asked():
    torch.manual_seed(0)
    vit = torchvision_vit().eval()
    images = torch.randn(2, 3, 32, 32)
    found = attention_maps(vit, images)
    inputs = {}
    block = vit.encoder.layers[0]
    handle = block.ln_1.register_forward_hook(lambda _m, _i, output: inputs.update(x=output))
    with torch.no_grad():
        vit(images)
        handle.remove()
        tokens = inputs["x"]
        _, wanted = block.self_attention(tokens, tokens, tokens, need_weights=True)
    assert [one.shape for one in found] == [(2, 3, 17, 17)] * 2
    torch.testing.assert_close(found[0].mean(dim=1), wanted, atol=1e-5, rtol=0)
    assert not any(module._forward_pre_hooks for module in vit.modules())


@pytest.mark.parametrize(
    "vit", [timm_vit(reg_tokens=4), build_embedded("vit_slim_patch8", 2, 32), torchvision_vit()]
)
def test_rows_sum_to_one_in_every_block(vit):
    found = attention_maps(vit, torch.randn(1, 3, 32, 32))
    for block in found:
        np.testing.assert_allclose(block.sum(dim=-1).numpy(), 1, rtol=1e-5)


def test_flags_come_back_also_when_the_network_fails():
    vit = timm_vit()
    with pytest.raises(AssertionError):
        attention_maps(vit, torch.randn(1, 3, 40, 40))
    assert all(block.attn.fused_attn for block in vit.blocks)
    assert not any(module._forward_hooks for module in vit.modules())


def test_what_pools_the_last_features_is_not_what_mixes_tokens():
    siglip = timm_vit(global_pool="map", class_token=False)
    mixing = [module for module in siglip.modules() if mixes_tokens(module)]
    assert mixing == [block.attn for block in siglip.blocks]
    assert len(attention_maps(siglip, torch.randn(1, 3, 32, 32))) == 2
