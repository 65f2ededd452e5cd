"""What a person has to answer before a mapping loads anything."""

from dataclasses import dataclass

UNKNOWN = "?"
"In place of what nobody but a person can say; a mapping that has it is refused."


@dataclass
class Asked:
    """Questions, each once."""

    questions: list[str]

    def ask(self, question: str) -> None:
        if question not in self.questions:
            self.questions.append(question)
