"""How much of its accuracy a run keeps on photos as the field gives them."""
