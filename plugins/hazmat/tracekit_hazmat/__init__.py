"""Hazardous goods (危险品): their code schemes."""
