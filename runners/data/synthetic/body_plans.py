"""Feet that several of the 18 species share, but for a few measures."""

from dataclasses import replace

from runners.data.synthetic.morphology import Paw

CAT = Paw(
    length_cm=5.0,
    width=1.02,
    n_toes=4,
    toe_length=0.29,
    toe_width=0.21,
    toe_arc=0.24,
    pad_length=0.40,
    pad_width=0.60,
    pad_y=-0.27,
    splay_degrees=14,
    lead=0.07,
    pad_point=0.30,
    lobes=3,
)
DOG = Paw(
    length_cm=6.3,
    width=0.78,
    n_toes=4,
    toe_length=0.30,
    toe_width=0.19,
    toe_arc=0.27,
    pad_length=0.33,
    pad_width=0.46,
    pad_y=-0.29,
    splay_degrees=7,
    pad_point=0.75,
    lobes=2,
    claw=0.08,
    claw_gap=0.02,
)
FOX = replace(
    DOG,
    length_cm=4.4,
    width=0.93,
    toe_length=0.28,
    toe_width=0.20,
    toe_arc=0.25,
    pad_length=0.36,
    pad_width=0.55,
    splay_degrees=12,
    lead=0.035,
    pad_point=0.45,
    claw=0.045,
)
WEASEL = Paw(
    length_cm=3.6,
    width=0.98,
    n_toes=5,
    toe_length=0.20,
    toe_width=0.12,
    toe_arc=0.30,
    pad_length=0.30,
    pad_width=0.56,
    pad_y=-0.16,
    splay_degrees=26,
    thumb=0.08,
    pad_point=0.1,
    lobes=2,
    claw=0.07,
    claw_gap=0.04,
    webbing=0.15,
    heel=0.14,
    heel_pads=1,
)
OTTER = replace(
    WEASEL,
    length_cm=7.4,
    width=1.0,
    toe_length=0.20,
    toe_width=0.13,
    webbing=0.55,
    claw=0.05,
    pad_length=0.33,
)
MOUSE_FRONT = Paw(
    length_cm=0.9,
    width=1.0,
    n_toes=4,
    toe_length=0.26,
    toe_width=0.13,
    toe_arc=0.26,
    pad_length=0.26,
    pad_width=0.50,
    pad_y=-0.12,
    splay_degrees=34,
    pad_point=0.3,
    lobes=3,
    claw=0.05,
    claw_gap=0.03,
    heel=0.22,
    heel_pads=2,
)
MOUSE_HIND = replace(
    MOUSE_FRONT, length_cm=1.4, width=0.80, n_toes=5, thumb=0.10, heel=0.30, pad_y=0.0
)
