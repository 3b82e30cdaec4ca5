"""A Django app with one model. The audit packages record the changes of this model."""
