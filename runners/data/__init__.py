"""From folders of photos to batches of tensors."""
