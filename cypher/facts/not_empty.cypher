// What the graph has beside schemes and secrets: with any of it, a first fill would not do what a load does.
//
// @mode   read
// @result one
// @return found    LIST<STRING>    labels, of those that loads, runs, members and their rights make
// @return nodes    INTEGER         how many there are of any label
RETURN [each IN [
  {label: 'Entity', there: EXISTS { (:Entity) }},
  {label: 'Absent', there: EXISTS { (:Absent) }},
  {label: 'Product', there: EXISTS { (:Product) }},
  {label: 'Site', there: EXISTS { (:Site) }},
  {label: 'Judgment', there: EXISTS { (:Judgment) }},
  {label: 'Membership', there: EXISTS { (:Membership) }},
  {label: 'Load', there: EXISTS { (:Load) }},
  {label: 'Run', there: EXISTS { (:Run) }},
  {label: 'Grant', there: EXISTS { (:Grant) }},
  {label: 'Dispute', there: EXISTS { (:Dispute) }},
  {label: 'Contest', there: EXISTS { (:Contest) }},
  {label: 'Objection', there: EXISTS { (:Objection) }},
  {label: 'Access', there: EXISTS { (:Access) }}
] WHERE each.there | each.label] AS found, COUNT { () } AS nodes
