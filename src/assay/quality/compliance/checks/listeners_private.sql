-- kind: check
-- why: nobody from outside reaches what asks for no credentials
-- next: let it listen on 127.0.0.1 behind a proxy that asks for credentials, or switch it off
-- reads: the settings *.host
-- gives: one row per address that Assay listens on; finding is empty where only this machine reaches it
SELECT
    '' AS service, '' AS environment, key AS subject,
    if(host = 'localhost' OR startsWith(host, '127.') OR trim(BOTH '[]' FROM host) = '::1', '', concat('listens on ', host, ' and asks for no credentials')) AS finding
FROM
(
    SELECT tupleElement(pair, 1) AS key, tupleElement(pair, 2) AS host
    FROM (SELECT arrayJoin(CAST(mapFilter((key, text) -> endsWith(key, '.host'), {settings:Map(String, String)}), 'Array(Tuple(String, String))')) AS pair)
)
