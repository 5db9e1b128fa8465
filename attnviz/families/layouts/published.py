"""The layouts that are known, in the order in which a file is tried on them.

Where two describe a file equally well, which is so only for networks without attention, the first one counts.
"""

from __future__ import annotations

from attnviz.families.layouts.layout import ANY, Layout, Rename, linear, same, swapped

PUBLISHERS_CODE = "publisher's code"
DOCUMENTED_KEYS = "documented keys"

_BLOCKS = same("layer{stage}.{block}.conv{n}", "layer{stage}.{block}.bn{n}", "layer{stage}.{block}.downsample.{n}")
_BACKBONE = (*same("conv1", "conv1.{n}", "bn1", "fc"), *_BLOCKS)
_GATES = same(
    "layer{stage}.{block}.se.fc{n}",
    "layer{stage}.{block}.cbam.channel.fc{n}",
    "layer{stage}.{block}.cbam.spatial.conv",
    "layer{stage}.{block}.cbam.spatial.bn",
    "bam{stage}.channel.{n}",
    "bam{stage}.spatial.{n}",
)

TORCHVISION = Layout(
    name="torchvision",
    title="torchvision's ResNets",
    tested=PUBLISHERS_CODE,
    renames=_BACKBONE,
    fixed={ANY: {"stride_in": "3x3"}},
)

_MLP, _SPATIAL = "layer{stage}.{block}.cbam.ChannelGate.mlp", "layer{stage}.{block}.cbam.SpatialGate.spatial"
_CHANNEL, _PLACE = "bam{stage}.channel_att.gate_c.gate_c", "bam{stage}.spatial_att.gate_s.gate_s"

ATTENTION_MODULE = Layout(
    name="attention-module",
    title="the authors' BAM and CBAM (Jongchan/attention-module)",
    tested=DOCUMENTED_KEYS,
    renames=(
        *_BACKBONE,
        Rename(f"{_MLP}.1", "layer{stage}.{block}.cbam.channel.fc1"),
        Rename(f"{_MLP}.3", "layer{stage}.{block}.cbam.channel.fc2"),
        Rename(f"{_SPATIAL}.conv", "layer{stage}.{block}.cbam.spatial.conv"),
        Rename(f"{_SPATIAL}.bn", "layer{stage}.{block}.cbam.spatial.bn"),
        Rename(f"{_CHANNEL}_fc_0", "bam{stage}.channel.0"),
        Rename(f"{_CHANNEL}_bn_1", "bam{stage}.channel.1"),
        Rename(f"{_CHANNEL}_fc_final", "bam{stage}.channel.3"),
        Rename(f"{_PLACE}_conv_reduce0", "bam{stage}.spatial.0"),
        Rename(f"{_PLACE}_bn_reduce0", "bam{stage}.spatial.1"),
        Rename(f"{_PLACE}_conv_di_0", "bam{stage}.spatial.3"),
        Rename(f"{_PLACE}_bn_di_0", "bam{stage}.spatial.4"),
        Rename(f"{_PLACE}_conv_di_1", "bam{stage}.spatial.6"),
        Rename(f"{_PLACE}_bn_di_1", "bam{stage}.spatial.7"),
        Rename(f"{_PLACE}_conv_final", "bam{stage}.spatial.9"),
    ),
    fixed={ANY: {"stride_in": "3x3"}, "bam": {"combine": "product"}},
)

_UNIT, _BAM_UNIT = "features.stage{stage}.unit{unit}", "features.stage{stage}.unit{unit}.res_unit"
_BAM = "features.stage{after}.unit1.bam"


def _pytorchcv_unit(unit: str) -> tuple[Rename, ...]:
    return (
        Rename(f"{unit}.body.conv{{n}}.conv", "layer{stage}.{block}.conv{n}"),
        Rename(f"{unit}.body.conv{{n}}.bn", "layer{stage}.{block}.bn{n}"),
        Rename(f"{unit}.identity_conv.conv", "layer{stage}.{block}.downsample.0"),
        Rename(f"{unit}.identity_conv.bn", "layer{stage}.{block}.downsample.1"),
    )


PYTORCHCV = Layout(
    name="pytorchcv",
    title="pytorchcv's ResNets, SE-ResNets, BAM-ResNets and CBAM-ResNets (osmr/imgclsmob)",
    tested=PUBLISHERS_CODE,
    renames=(
        Rename("features.init_block.conv.conv", "conv1"),
        Rename("features.init_block.conv.bn", "bn1"),
        *_pytorchcv_unit(_UNIT),
        *_pytorchcv_unit(_BAM_UNIT),
        Rename("output", "fc"),
        Rename(f"{_UNIT}.se.conv{{n}}", "layer{stage}.{block}.se.fc{n}", linear),
        Rename(f"{_UNIT}.cbam.ch_gate.mlp.fc{{n}}", "layer{stage}.{block}.cbam.channel.fc{n}"),
        Rename(f"{_UNIT}.cbam.sp_gate.conv.conv", "layer{stage}.{block}.cbam.spatial.conv"),
        Rename(f"{_UNIT}.cbam.sp_gate.conv.bn", "layer{stage}.{block}.cbam.spatial.bn"),
        Rename(f"{_BAM}.ch_att.init_fc.fc", "bam{stage}.channel.0"),
        Rename(f"{_BAM}.ch_att.init_fc.bn", "bam{stage}.channel.1"),
        Rename(f"{_BAM}.ch_att.final_fc", "bam{stage}.channel.3"),
        Rename(f"{_BAM}.sp_att.init_conv.conv", "bam{stage}.spatial.0"),
        Rename(f"{_BAM}.sp_att.init_conv.bn", "bam{stage}.spatial.1"),
        Rename(f"{_BAM}.sp_att.dil_convs.conv1.conv", "bam{stage}.spatial.3"),
        Rename(f"{_BAM}.sp_att.dil_convs.conv1.bn", "bam{stage}.spatial.4"),
        Rename(f"{_BAM}.sp_att.dil_convs.conv2.conv", "bam{stage}.spatial.6"),
        Rename(f"{_BAM}.sp_att.dil_convs.conv2.bn", "bam{stage}.spatial.7"),
        Rename(f"{_BAM}.sp_att.final_conv", "bam{stage}.spatial.9"),
    ),
    fixed={"bam": {"combine": "product", "stride_in": "3x3"}, "cbam": {"stride_in": "3x3"}},
    # resnet50 and seresnet50 stride in the 1x1 convolution, resnet50b and seresnet50b in the 3x3
    assumed={"none": {"stride_in": "1x1"}, "se": {"stride_in": "1x1"}},
)

TIMM = Layout(
    name="timm",
    title="timm's SE-ResNets (seresnet50, seresnet152d, ...) and ResNets with attn_layer='cbam'",
    tested=PUBLISHERS_CODE,
    renames=(
        *_BACKBONE,
        Rename("layer{stage}.{block}.se.fc{n}", "layer{stage}.{block}.se.fc{n}", linear),
        Rename("layer{stage}.{block}.se.channel.fc{n}", "layer{stage}.{block}.cbam.channel.fc{n}", linear),
        # timm puts the mean before the maximum, the authors' code the maximum before the mean
        Rename("layer{stage}.{block}.se.spatial.conv.conv", "layer{stage}.{block}.cbam.spatial.conv", swapped),
        Rename("layer{stage}.{block}.se.spatial.conv.bn", "layer{stage}.{block}.cbam.spatial.bn"),
    ),
    fixed={ANY: {"stride_in": "3x3"}, "se": {"divisor": 8}},
)

CADENE = Layout(
    name="cadene",
    title="the first SE-ResNets (Cadene's pretrainedmodels; timm's legacy_seresnet*)",
    tested=PUBLISHERS_CODE,
    renames=(
        Rename("layer0.conv1", "conv1"),
        Rename("layer0.bn1", "bn1"),
        *_BLOCKS,
        Rename("layer{stage}.{block}.se_module.fc{n}", "layer{stage}.{block}.se.fc{n}", linear),
        Rename("last_linear", "fc"),
    ),
    fixed={ANY: {"stem": "7x7-ceil", "stride_in": "1x1", "relu_before_attention": True}},
)

MOSKOMULE = Layout(
    name="moskomule",
    title="moskomule/senet.pytorch's SE-ResNets",
    tested=DOCUMENTED_KEYS,
    renames=(
        *_BACKBONE,
        Rename("layer{stage}.{block}.se.fc.0", "layer{stage}.{block}.se.fc1"),
        Rename("layer{stage}.{block}.se.fc.2", "layer{stage}.{block}.se.fc2"),
    ),
    fixed={ANY: {"stride_in": "3x3"}},
)

OWN = Layout(
    name="attnviz",
    title="attnviz's own",
    tested=PUBLISHERS_CODE,
    renames=(*_BACKBONE, *_GATES),
    assumed={ANY: {"stride_in": "3x3"}, "bam": {"combine": "sum"}, "cbam": {"order": "channel-first"}},
)

LAYOUTS = {layout.name: layout for layout in (TORCHVISION, ATTENTION_MODULE, PYTORCHCV, TIMM, CADENE, MOSKOMULE, OWN)}
