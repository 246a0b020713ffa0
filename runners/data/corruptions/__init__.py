"""What happens to photos in the field, at five strengths: a file a cause, all in `catalogue`."""
