// The look back that is on the page of a scheme.
//
// @mode   read
// @result optional
// @param  scheme    STRING          Scheme.id
// @return figures   STRING          what is told, as JSON; null: nobody has put one there
// @uses   scheme_id
MATCH (s:Scheme {id: $scheme})
RETURN s.looked_back AS figures
