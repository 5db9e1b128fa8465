"""A family over a set of photos: every image, model, method and stage becomes a row of a table."""
