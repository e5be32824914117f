"""What a request meets, one package a subject; they never import each other."""
