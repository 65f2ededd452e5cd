// A scheme's policy is published: this version is the one that the next run uses.
//
// `versions` remembers every version with the hash of what it said, `notices` every notice that members agreed to.
//
// @mode   write
// @result none
// @param  id           STRING      Scheme.id
// @param  version      STRING
// @param  hash         STRING      sha256 of what the policy says
// @param  policy       STRING      the whole text of the policy file
// @param  title        STRING
// @param  notice       STRING      version and hash of the notice's text
// @param  minimum_age  INTEGER     years that a person must have to join; null: no limit
// @uses   scheme_id
MERGE (s:Scheme {id: $id})
SET s.version = $version, s.hash = $hash, s.policy = $policy, s.title = $title,
    s.minimum_age = $minimum_age,
    s.versions = [v IN coalesce(s.versions, []) WHERE v <> $version + ' ' + $hash] + [$version + ' ' + $hash],
    s.notices = [n IN coalesce(s.notices, []) WHERE n <> $notice] + [$notice]
