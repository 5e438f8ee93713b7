"""Agricultural inputs (农业投入品): their code schemes."""
