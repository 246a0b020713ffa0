"""What is made of a trained run: a page that names the animal on a photo."""
