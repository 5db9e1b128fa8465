"""The lessons in English. Formulas and numbers come in by name, from equations.INLINE and numbers.FIGURES."""

from __future__ import annotations

from typing import Final

ENGLISH: Final[dict[str, str]] = {
    "page.lead": "Seven short lessons: one on the network without attention, and one for each kind of picture that "
                 "attnviz shows. Each has a drawing, the equations that attnviz computes, what not to read into the "
                 "picture, and the papers' numbers.",
    "page.contents": "Lessons",
    "page.pictures": "Three pictures that are not the same",
    "page.gate": "Gate",
    "page.gate.text": "What an attention module computed in the forward pass: numbers between 0 and 1 that the "
                      "features are weighed by. It knows no class. It is the same whatever class you ask about.",
    "page.features": "Features",
    "page.features.text": "What flows through the network, before and after a gate. Features have no class either, and "
                          "no fixed range.",
    "page.gradcam": "Grad-CAM",
    "page.gradcam.text": "A map made afterwards, for one class: which places raised its score. The network itself "
                         "never computes it.",
    "page.modules": "The modules side by side",
    "heading.equations": "Equations",
    "heading.symbols": "What the symbols stand for",
    "heading.code": "Paper and code",
    "heading.numbers": "Numbers",
    "heading.caveats": "Keep in mind",
    "heading.sources": "Sources",
    "source.table": "Table {number}",
    "source.figure": "Figure {number}",
    "source.section": "Section {number}",
    "source.imagenet": "the ImageNet-1K table",
    "source.readme": "README of the authors' code",
    "source.computed": "computed from its own networks",

    "none.title": "Baseline: a residual block without attention",
    "none.idea": "A residual block adds what its convolutions computed to its own input; no gate weighs anything.",
    "none.drawing": "A residual block without attention",
    "none.drawing.note": "The block of ResNet-18 and 34. In ResNet-50 and 101 the branch on the right is a 1×1, a 3×3 "
                         "and a 1×1 convolution.",
    "none.place": "The network from the photo to the logits, stage by stage",
    "none.place.note": "ResNet-18 at 224×224. The squares are blocks. From stage to stage a map halves its sides and "
                       "the channels double.",
    "none.equation.1": "The block: branch plus shortcut, then ReLU.",
    "none.equation.2": "The branch of ResNet-18.",
    "none.equation.3": "The shortcut of most blocks: the input as it is.",
    "none.equation.4": "The shortcut where the block changes the shape.",
    "none.code.1": "Without attention, attnviz has torchvision's parameter names and gives torchvision's logits bit "
                   "for bit.",
    "none.code.2": "In ResNet-50 the stride is in the 3×3 convolution, as in torchvision and the BAM and CBAM authors' "
                   "code: {macs_code} billion multiply-adds at 224×224. The papers print {macs_paper}, which is the "
                   "count with the stride in the 1×1 convolution. The parameters are the same.",
    "none.caveat.1": "Compare within one paper. Without any attention, ResNet-50 has {base_se_paper}% error in the SE "
                     "paper and {base_cbam_paper}% in the CBAM paper: {base_gap} points apart, more than some of the "
                     "gains that are credited to attention.",
    "none.caveat.2": "The papers print one number a model and no variance.",
    "none.caveat.3": "A network without attention modules still looks somewhere. Grad-CAM works here as it does in the "
                     "others, which is why the baseline is worth a column.",

    "features.title": "Features: what flows through the network",
    "features.idea": "Features are the numbers that one part of the network hands to the next, C channels of H×W "
                     "places; the picture shows their mean over the channels.",
    "features.drawing": "Features before and after a gate, each as a mean over the channels",
    "features.drawing.note": "Before and after share one grey scale, so their brightness can be compared.",
    "features.place": "Where features are read in a block with SE or CBAM",
    "features.place.note": "Before and after are read on the branch, around the gate. A stage's features are read at "
                           "the end: after the last block's addition and ReLU, and after BAM where there is one.",
    "features.equation.1": "The picture: the mean over the channels at each place.",
    "features.equation.2": "After a channel gate (SE, CBAM): each channel counts by its gate.",
    "features.equation.3": "After a spatial gate (CBAM): the picture itself, times the gate.",
    "features.equation.4": "After BAM, whose gate has a number for every channel and place.",
    "features.code.1": "Grey runs from 0 to the largest value. If something is negative, it runs from the smallest.",
    "features.code.2": "In SE and CBAM the features before the gate come out of a BatchNorm and may be negative. A "
                       "stage's features have been through a ReLU and never are.",
    "features.code.3": "BAM's Figure 1 shows features before and after each BAM, but does not say how their channels "
                       "became one picture. The mean is our reading.",
    "features.caveat.1": "The mean hides the channels. One that fires strongly on the object among hundreds that do "
                         "not is hardly seen, and channels of opposite sign cancel.",
    "features.caveat.2": "Features have no class. A bright place is active, which need not speak for the class that is "
                         "predicted.",
    "features.caveat.3": "SE and CBAM multiply by less than 1, so every value shrinks; BAM multiplies by more than 1, "
                         "so every value grows. Look at where the change is large, not at whether there is one.",

    "gradcam.title": "Grad-CAM: the places that speak for a class",
    "gradcam.idea": "Grad-CAM weighs each channel of a stage by how much it would raise the score of one class, and "
                    "adds the channels up to one map.",
    "gradcam.drawing": "Grad-CAM: from a stage's features and their gradient to a map",
    "gradcam.drawing.note": "The dashed arrow goes backwards: the gradient of the target's logit.",
    "gradcam.place": "A map can be made at every stage",
    "gradcam.place.note": "Maps are made of what the next stage receives, after BAM where there is one. Sizes are "
                          "those of a 224×224 input.",
    "gradcam.equation.1": "A weight a channel: the gradient's mean over the places.",
    "gradcam.equation.2": "The map, raw and signed: places with a positive value speak for the class.",
    "gradcam.equation.3": "At stage 4 only average pooling and one linear layer follow, so the weights are known "
                          "without a backward pass, and the map adds up to the logit less its bias.",
    "gradcam.equation.4": "What is drawn: the positive part, divided by its own maximum.",
    "gradcam.code.1": "The paper puts the ReLU into the map. attnviz keeps the sign and applies the ReLU when it "
                      "draws, so a map with nothing positive is said to be so and is not drawn as a weak one.",
    "gradcam.code.2": "The gradient is that of the logit, not of the probability.",
    "gradcam.code.3": "At stage 4 of these networks Grad-CAM, CAM and HiResCAM are the same map up to scale. At the "
                      "earlier stages they differ.",
    "gradcam.caveat.1": "Grad-CAM is class-specific and post hoc. It is computed after the decision and is no part of "
                        "the network; it is not the attention of SE, BAM or CBAM.",
    "gradcam.caveat.2": "Before stage 4, averaging the gradient can light up places that the network did not use "
                        "(Draelos and Carin).",
    "gradcam.caveat.3": "The cells are few: 49 at stage 4 of a 224×224 input. What looks smooth over the photo was "
                        "drawn between them.",
    "gradcam.caveat.4": "In all {pictures} pictures of CBAM's Figure 5 the probability rises from the baseline to SE "
                        "to CBAM. Version 2 on arXiv does not say how they were chosen, so they show what can happen, "
                        "not how often.",
    "gradcam.caveat.5": "A map that covers the object better is not thereby truer. Grad-CAM passes the randomisation "
                        "checks of Adebayo et al., which is needed, not enough.",

    "se.title": "SE: one number a channel",
    "se.idea": "SE averages each channel over the picture and turns the means into one number between 0 and 1 for each "
               "channel, by which the channel is multiplied.",
    "se.drawing": "The SE module",
    "se.drawing.note": "FC is a fully connected layer; r narrows its middle. The ring multiplies value by value.",
    "se.place": "SE in the network and in the block",
    "se.place.note": "Every block of every stage has an SE of its own, on the branch, before the addition.",
    "se.equation.1": "Squeeze: the mean of each channel.",
    "se.equation.2": "Excitation: the gate, one number a channel.",
    "se.equation.3": "The channel's gate multiplies the whole channel.",
    "se.code.1": "The SE paper's ablations leave the biases out. attnviz has them, as the CBAM paper's SE-ResNet-50 "
                 "must have: with biases it has {se_bias} million parameters, as printed there, and without "
                 "{se_no_bias}.",
    "se.code.2": "The paper writes U for the features and s for the gate. Here they are {F} and {M} in all lessons.",
    "se.code.3": "The papers use {r} = 16. The bundled family is narrower and uses {r} = 4, since 16 would leave two "
                 "hidden units in stage 1.",
    "se.caveat.1": "SE has no spatial gate. A picture of where an SE network looks is its features or Grad-CAM, never "
                   "its gate.",
    "se.caveat.2": "A gate depends on the photo alone: it is the same whatever target you choose. Averaged over the "
                   "photos of a class, the SE paper finds early gates nearly the same for all classes and later ones "
                   "different; the last stage's can be removed at a cost of less than {last_stage} points of top-5 "
                   "error.",
    "se.caveat.3": "A gate that is near one value everywhere, say 0.5, picks nothing out. It only scales the branch. "
                   "Gates are drawn from 0 to 1, so that a flat gate looks flat.",
    "se.caveat.4": "A gate is not an explanation. A channel with a small gate may still have large values, and the "
                   "shortcut carries the input past the gate.",
    "se.caveat.5": "One number a model, no variance. On ResNet-50 the SE paper itself reports {base_se_paper}% without "
                   "and {se_se_paper}% with SE.",

    "bam.title": "BAM: one number for every value",
    "bam.idea": "Between two stages, BAM adds the logits of a channel branch and a spatial branch, makes one gate of "
                "them, and strengthens the features by it.",
    "bam.drawing": "The BAM module",
    "bam.drawing.note": "d is the dilation: how far apart the nine taps of the 3×3 convolution stand.",
    "bam.place": "BAM follows stages 1, 2 and 3",
    "bam.place.note": "One BAM at the end of a stage, before the next one halves the map. The gates' sizes are those "
                      "of ResNet-18 at 224×224.",
    "bam.equation.1": "The features plus the features times the gate.",
    "bam.equation.2": "Both branches meet before the sigmoid, each spread over C×H×W.",
    "bam.equation.3": "The channel branch: C logits.",
    "bam.equation.4": "The spatial branch: H×W logits. The two 3×3 convolutions have dilation 4.",
    "bam.equation.5": "What follows each layer but the last.",
    "bam.code.1": "The paper puts one BatchNorm at the end of each branch. The authors' code, and attnviz, put one "
                  "after every layer but the last and none at the end.",
    "bam.code.2": "The paper adds the branches, {sum}. The authors' code multiplies them, {product}, and so the "
                  "weights that they released must be read with the product. attnviz trains with the sum.",
    "bam.code.3": "The authors' code pools over squares as wide as the picture is high, so of a wide picture it leaves "
                  "the right-hand side out. attnviz pools over all of it.",
    "bam.code.4": "The picture is the mean of {M} over the channels. The paper's Figure 1 does not say how its "
                  "attention maps were made of C channels.",
    "bam.caveat.1": "{Mc} and {Ms} are logits inside one sigmoid, not gates. Only {M} is the gate.",
    "bam.caveat.2": "The factor {factor} lies between 1 and 2. BAM can strengthen a value, never remove it. A gate "
                    "near 0.5 everywhere multiplies everything by 1.5 and picks nothing out; drawn from 0 to 1, it "
                    "looks as flat as it is.",
    "bam.caveat.3": "With the product, the sign of {Ms} says nothing by itself: where {Mc} is negative it works the "
                    "other way round. So look at {M}, for such weights above all.",
    "bam.caveat.4": "A gate knows no class: it is the same whatever target you choose. Nor is it an explanation. A "
                    "bright place was strengthened, which need not speak for the class that is predicted.",
    "bam.caveat.5": "One number a model, no variance. The released ResNet-50 weights have {bam_released}% error, "
                    "better than the {bam_error}% of the paper, so say which one you cite.",

    "cbam.channel.title": "CBAM's channel gate: one number a channel",
    "cbam.channel.idea": "The first half of CBAM sums each channel up by its mean and by its maximum, makes one number "
                         "between 0 and 1 of the two, and multiplies the channel by it.",
    "cbam.channel.drawing": "CBAM's channel gate",
    "cbam.channel.drawing.note": "The perceptron is one and the same for both pooled vectors: FC, ReLU, FC.",
    "cbam.channel.place": "CBAM in the network and in the block: the channel gate",
    "cbam.channel.place.note": "Every block of every stage has a CBAM of its own, on the branch, before the addition. "
                               "The channel gate comes first.",
    "cbam.channel.equation.1": "The channel's number multiplies the whole channel.",
    "cbam.channel.equation.2": "The gate, from the mean and the maximum of each channel.",
    "cbam.channel.equation.3": "The perceptron that both share.",
    "cbam.channel.code.1": "The paper's equation 2 writes no biases. The authors' code, and attnviz, have them.",
    "cbam.channel.code.2": "With the mean alone this is SE's gate; the paper's Table 1 calls it so.",
    "cbam.channel.code.3": "The papers use {r} = 16, the bundled family {r} = 4.",
    "cbam.channel.caveat.1": "A gate knows no class: it is the same whatever target you choose.",
    "cbam.channel.caveat.2": "A gate that is near one value everywhere, say 0.5, picks nothing out. It only scales the "
                             "branch. Gates are drawn from 0 to 1, so that a flat gate looks flat.",
    "cbam.channel.caveat.3": "A gate is not an explanation. A channel with a small gate may still have large values, "
                             "and the shortcut carries the input past both gates.",
    "cbam.channel.caveat.4": "CBAM improves on SE by {cbam_gain18} points (ResNet-18) and {cbam_gain50} (ResNet-50). "
                             "One number a model, no variance.",
    "cbam.channel.caveat.5": "On maximum against mean the papers disagree: in the SE paper the mean is better "
                             "({se_squeeze_average}% against {se_squeeze_maximum}%), here they are about equal and "
                             "both together are best.",

    "cbam.spatial.title": "CBAM's spatial gate: one number a place",
    "cbam.spatial.idea": "The second half of CBAM takes, at each place, the maximum and the mean over the channels as "
                         "the channel gate left them, makes one number between 0 and 1 of the two, and multiplies the "
                         "whole place by it.",
    "cbam.spatial.drawing": "CBAM's spatial gate",
    "cbam.spatial.drawing.note": "It starts where the channel gate ends: F′ is the features times their channel gate.",
    "cbam.spatial.place": "CBAM in the network and in the block: the spatial gate",
    "cbam.spatial.place.note": "Every block of every stage has a CBAM of its own, on the branch, before the addition. "
                               "The spatial gate comes second.",
    "cbam.spatial.equation.1": "The place's number multiplies all channels at that place.",
    "cbam.spatial.equation.2": "The gate, from the maximum and the mean over the channels at each place.",
    "cbam.spatial.code.1": "The authors' code, and attnviz, put a BatchNorm after the 7×7 convolution that the paper's "
                           "equation 3 does not have. Its weight starts at 0.",
    "cbam.spatial.code.2": "The paper stacks the mean first and the maximum second. The authors' code, and attnviz, do "
                           "it the other way round. It matters to whoever converts weights.",
    "cbam.spatial.caveat.1": "A gate knows no class: it is the same whatever target you choose. The map of a class is "
                             "Grad-CAM.",
    "cbam.spatial.caveat.2": "A gate near 0.5 everywhere picks nothing out. It only scales the branch. Gates are drawn "
                             "from 0 to 1, so that a flat gate looks flat.",
    "cbam.spatial.caveat.3": "The spatial gate of an untrained CBAM is exactly 0.5 everywhere, because its BatchNorm's "
                             "weight starts at 0. A flat gate in a new network is no error.",
    "cbam.spatial.caveat.4": "A gate is not an explanation. The shortcut carries the input past it, so what it darkens "
                             "is not lost, and a bright place need not speak for the class that is predicted.",
    "cbam.spatial.caveat.5": "The released ResNet-50 weights have {cbam_released}% error, the paper {cbam_error}%. Say "
                             "which one you cite.",
}  # fmt: skip
