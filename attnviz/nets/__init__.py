"""The networks: attention modules for anyone's CNN, and the ResNets they sit in. Needs nothing but torch."""

from attnviz.nets.bam import BAM
from attnviz.nets.cbam import CBAM
from attnviz.nets.cost import Cost, cost_of
from attnviz.nets.gate import Gate, Tap
from attnviz.nets.memory import fast_memory_format
from attnviz.nets.merge import merged
from attnviz.nets.resnet import STAGES, ResNet, resnet
from attnviz.nets.se import SE
from attnviz.nets.sites import GateSite, gate_sites

__all__ = [
    "BAM",
    "CBAM",
    "SE",
    "STAGES",
    "Cost",
    "Gate",
    "GateSite",
    "ResNet",
    "Tap",
    "cost_of",
    "fast_memory_format",
    "gate_sites",
    "merged",
    "resnet",
]
