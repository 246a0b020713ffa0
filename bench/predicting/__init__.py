"""What a trained run says of image files that it has never seen."""
