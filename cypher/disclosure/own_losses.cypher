// What an entity has lost as loads were taken back, the oldest first.
//
// @mode   read
// @result many
// @param  entity   STRING          Entity.id
// @return load     STRING          Load.id
// @return at       ZONED DATETIME  when taking it back began
// @return by       STRING          the person who took it back; null where not known
// @return why      STRING          null: no reason was given
// @return files    LIST<STRING>    their names, without folders
// @return facts    INTEGER         facts of this entity that are gone, or lack a part
// @uses   entity_id
MATCH (:Entity {id: $entity})-[lost:LOST]->(l:Load)
RETURN l.id AS load, l.unloading AS at, l.unloaded_by AS by, l.why AS why,
       [file IN l.files | split(file, '/')[-1]] AS files, lost.facts AS facts
ORDER BY at, load
