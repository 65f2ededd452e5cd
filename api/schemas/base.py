"""What all models of the API have in common, and the values that several of them share."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from graph.text.plain import normal

REFERENCES = "#/components/schemas/{name}"
"Where OpenAPI keeps schemas."

LONGEST_ID = 200
"Of an entity: docs/loading.md."

EntityId = Annotated[str, AfterValidator(normal), Field(min_length=1, max_length=LONGEST_ID)]
FactId = EntityId
Hash = Annotated[str, Field(description="SHA-256 of what the policy says, in hex")]
AsOf = Annotated[datetime, Field(description="the midnight (UTC) that ends the last day that counted")]

FOLDER = Path(__file__).parent.with_name("examples")
"One file of examples for each subject."
EXAMPLES: dict[str, Any] = {
    name: example
    for file in sorted(FOLDER.glob("*.json"))
    for name, example in json.loads(file.read_text(encoding="utf-8")).items()
}
"By the name of the model; api/openapi.py puts them into its schema."


class Model(BaseModel):
    """Takes nothing that it does not know, and never changes; made from what the domain gives."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)
