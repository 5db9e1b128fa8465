"""What the papers print of their ImageNet ResNets, digit by digit, to stand beside what is counted here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Printed:
    """A row of a paper's table.

    Attributes:
        source: the paper and its arXiv number.
        parameters: millions.
        gflops: 10^9; the papers count a multiply-add as one, with the stride in the 1x1 convolution.
        top1_error: per cent, ImageNet validation, one centre crop of 224 pixels.
        top5_error: per cent.
    """

    source: str
    parameters: str
    gflops: str
    top1_error: str
    top5_error: str


CBAM = "CBAM, arXiv:1807.06521"
BAM = "BAM, arXiv:1807.06514"

PAPERS: dict[tuple[int, str], Printed] = {
    (18, "none"): Printed(CBAM, "11.69", "1.814", "29.60", "10.55"),
    (18, "se"): Printed(CBAM, "11.78", "1.814", "29.41", "10.22"),
    (18, "bam"): Printed(BAM, "11.71", "1.82", "28.88", "10.01"),
    (18, "cbam"): Printed(CBAM, "11.78", "1.815", "29.27", "10.09"),
    (34, "none"): Printed(CBAM, "21.80", "3.664", "26.69", "8.60"),
    (34, "se"): Printed(CBAM, "21.96", "3.664", "26.13", "8.35"),
    (34, "cbam"): Printed(CBAM, "21.96", "3.665", "25.99", "8.24"),
    (50, "none"): Printed(CBAM, "25.56", "3.858", "24.56", "7.50"),
    (50, "se"): Printed(CBAM, "28.09", "3.860", "23.14", "6.70"),
    (50, "bam"): Printed(BAM, "25.92", "3.94", "24.02", "7.18"),
    (50, "cbam"): Printed(CBAM, "28.09", "3.864", "22.66", "6.31"),
    (101, "none"): Printed(CBAM, "44.55", "7.570", "23.38", "6.88"),
    (101, "se"): Printed(CBAM, "49.33", "7.575", "22.35", "6.19"),
    (101, "bam"): Printed(BAM, "44.91", "7.65", "22.44", "6.29"),
    (101, "cbam"): Printed(CBAM, "49.33", "7.581", "21.51", "5.69"),
}
