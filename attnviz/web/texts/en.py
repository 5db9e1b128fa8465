"""What the page says, in English."""

from __future__ import annotations

from typing import Final

EN: Final = {
    "tagline": "Where do matched ResNets look, without attention and with SE, BAM and CBAM?",
    "photo": "Photo",
    "drop": "Drop a photo here, paste it, or click to choose one",
    "examples": "Examples",
    "family": "Family",
    "target": "Class to explain",
    "most_probable": "most probable (models' mean)",
    "stage": "Stage",
    "compare": "Compare",
    "stages": "Stages",
    "model": "Model",
    "loading": "The models are loading. The first comparison appears here in a few seconds.",
    "failed": "The models could not be loaded: {why}",
    "no_photo": "Choose a photo or an example to compare.",
    "comparing": "comparing",
    "unmatched": "The models of this family were trained differently: a difference between them need not be "
                 "their attention's.",
    "map_of": "Grad-CAM of {model} for {target}, {stage}",
    "grid": "{width}x{height} map, {input}x{input} input",
    "heading": "Grad-CAM for {target} at {stage}. Each map is divided by its own maximum.",
    "nan": "The map holds values that are not numbers.",
    "constant": "The map is the same everywhere, so it says nothing about place.",
    "no-positive": "No place speaks for this class: the map is nowhere positive.",
    "internal": "An internal error. It is in the server's log; the page goes on working.",
    "stage_gradcam": "Grad-CAM for {target}",
    "stage_features": "features, mean over channels",
    "before": "features before",
    "after": "features after",
    "full_gate": "M(F), mean over channels",
    "spatial_gate": "spatial gate",
    "channel_gate": "channel gate, {count} channels",
    "numbers": "min {min:.3g}, mean {mean:.3g}, max {max:.3g}",
    "range": "drawn from {low:.3g} to {high:.3g}",
    "none_note": "The baseline has no attention modules, so there are features only.",
    "se_note": "SE weighs channels only: it has no spatial gate.",
    "bam_note": "BAM follows stages 1, 2 and 3; features are multiplied by 1 + M(F).",
    "cbam_note": "CBAM sits in every block: first the channel gate, then the spatial gate.",
    "no_bam": "There is no BAM after stage 4.",
}  # fmt: skip
