"""The wire format described by the code that reads and writes it: schemas, examples, words."""
