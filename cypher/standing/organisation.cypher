// The organisations with a registered number. A sole trader is a person, and is not found here.
//
// @mode   read
// @result many
// @for    community
// @param  number   STRING          a unified social credit code or a legal entity identifier, in standard form
// @return id       STRING          Entity.id
// @return name     STRING          null where none was given
// @return uscc     STRING          null where it has none
// @return lei      STRING          null where it has none
// @uses   organisation_uscc organisation_lei
CALL () {
  MATCH (o:Organisation {uscc: $number}) WHERE NOT o:SoleTrader
  RETURN o
  UNION
  MATCH (o:Organisation {lei: $number}) WHERE NOT o:SoleTrader
  RETURN o
}
RETURN o.id AS id, o.name AS name, o.uscc AS uscc, o.lei AS lei
ORDER BY id
