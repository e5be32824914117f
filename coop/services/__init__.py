"""What people do: one function a deed, named by its verb."""
