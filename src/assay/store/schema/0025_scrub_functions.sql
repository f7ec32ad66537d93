-- kind: functions
-- why: a pattern alone takes ids, epochs and versions for cards, phones and addresses; these look at check digits, ranges and what stands around
-- reads: `secret`, which is what a pattern has found; `before` and `after`, which are the text around it (an attribute's key and = come first)
-- gives: whether it is one, as a condition, for the detectors that scrub. Expanded where they are used, at every insert: keep them flat.

-- ISO/IEC 7812: every second digit from the right is doubled, and its digits summed.
CREATE OR REPLACE FUNCTION assay_luhn AS (number) -> arraySum((digit, place) -> if(place % 2 = 0, [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][toUInt8(digit) + 1], toUInt8(digit)),
    arrayReverse(extractAll(number, '[0-9]')), arrayEnumerate(extractAll(number, '[0-9]'))) % 10 = 0;

-- Ranges that issuers use, with their lengths: Visa, Mastercard, Mir, American Express, Diners Club, Discover, JCB, UnionPay, RuPay, Maestro.
-- Visa's 13 digits are left to text that speaks of a card, for a third of all EANs would look like it.
CREATE OR REPLACE FUNCTION assay_card_valid AS (before, secret, after) -> match(
    concat(if(match(before, '(?i)(?:card|visa|\\bpan|payment|\\bcc)[\\w "\'.:=#-]{0,24}$'), 'c', ''), replaceRegexpAll(secret, '%20|[^0-9]', '')),
    '^c?(?:4[0-9]{15}|4[0-9]{18}|5[1-5][0-9]{14}|2(?:20[0-4]|22[1-9]|2[3-9][0-9]|[3-6][0-9][0-9]|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14,17}|(?:508[5-9]|606[1-9]|8[12][0-9]{2})[0-9]{12}|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15})$|^c4[0-9]{12}$')
    and assay_luhn(replaceAll(secret, '%20', '')) and not match(after, '^(?:\\.[0-9]|-[0-9A-Za-z])') and not match(before, '[0-9A-Za-z][.-]$|e[+-]$');

-- ISO 13616: the length that the country has laid down, and 1 as the remainder of the rearranged number by 97.
CREATE OR REPLACE FUNCTION assay_iban_valid AS (secret) -> transform(upper(left(secret, 2)),
    ['AD','AE','AL','AT','AZ','BA','BE','BG','BH','BI','BR','BY','CH','CR','CY','CZ','DE','DJ','DK','DO','EE','EG','ES','FI','FK','FO','FR','GB','GE','GI','GL','GR','GT','HN','HR','HU','IE','IL','IQ','IS','IT','JO','KW','KZ','LB','LC','LI','LT','LU','LV','LY','MC','MD','ME','MK','MN','MR','MT','MU','NI','NL','NO','OM','PK','PL','PS','PT','QA','RO','RS','RU','SA','SC','SD','SE','SI','SK','SM','SO','ST','SV','TL','TN','TR','UA','VA','VG','XK','YE'],
    [24,23,28,20,28,20,16,22,22,27,29,28,21,22,28,24,22,27,18,28,20,29,24,18,18,18,27,22,22,23,18,27,28,28,21,28,22,23,23,26,27,30,30,20,28,32,21,20,20,21,25,27,24,22,19,20,27,31,30,28,18,15,23,24,28,29,25,29,24,22,33,24,31,18,24,19,24,27,23,25,28,23,24,26,29,22,24,20,30], 0) = length(replaceRegexpAll(secret, '[ -]', ''))
    and toUInt256OrZero(arrayStringConcat(arrayMap(sign -> if(sign < 'A', sign, toString(ascii(sign) - 55)), extractAll(replaceRegexpOne(upper(secret), '^(....)(.*)$', '\\2\\1'), '[0-9A-Z]')))) % 97 = 1;

-- The Social Security Administration gives no area 000, 666 or from 900, no group 00 and no serial 0000. Without hyphens only where the text speaks of one.
CREATE OR REPLACE FUNCTION assay_ssn_valid AS (before, secret, after) -> not match(secret, '^(?:000|666)|^...[ -]?00|0000$')
    and not match(after, '^[-.]?[0-9A-Za-z]') and (match(secret, '^...-..-') or match(before, '(?i)(?:ssn|social[ _-]?security)[^0-9]{0,24}$'));

-- An address of a person, not a remote of git, a node of Erlang or Celery, a unit of systemd, an image for a display, a Message-ID or a login of a URL.
CREATE OR REPLACE FUNCTION assay_is_email AS (before, secret, after) -> not match(secret,
    '(?i)^(?:git|hg|svn|rabbit|celery|ejabberd|couchdb|nonode)(?:@|%40)|(?:@|%40)[0-9]+x\\.|(?:@|%40)v?[0-9]+\\.[0-9]|(?:@|%40).*\\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|ts|tsx|jsx|py|rb|java|kt|class|jar|php|html?|json|ya?ml|xml|toml|sql|lock|log|service|socket|target|timer|mount|slice|scope|svc|cluster|internal|localdomain|handler|method|function)$|\\.(?:svc|cluster)\\.')
    and not match(before, '://$|(?i:message-?_?id|in-reply-to|references)[^@]{0,8}$') and not match(after, '^(?::[/~]|:[0-9]{2,5}/|\\()');

-- E.164: a country code and 8 to 15 digits in all; or a national form. Numbers bare of signs count only where the text speaks of a phone.
CREATE OR REPLACE FUNCTION assay_is_phone AS (before, secret, after) -> not match(after, '^(?:[.,:/-][0-9]|[-_.:@/]?[A-Za-z0-9]|%[0-9A-F])') and not match(before, '(?i)(?:[0-9A-Za-z][-_.:/+]|\\b(?:id|version|date|time|utc|gmt|offset|build|lat|lon|lng|coordinates?)["\'\\s:=,]*)$')
    and match(replaceRegexpAll(replaceRegexpOne(secret, '^%2B', '+'), '[^0-9+]', ''), '^(?:(?:\\+|00)(?:1[2-9][0-9]{2}[2-9][0-9]{6}|7[3-9][0-9]{9}|(?:2[07]|2[1-6789][0-9]|3[0-469]|3[578][0-9]|4[0134-9]|42[0-9]|5[1-8]|5[09][0-9]|6[0-6]|6[7-9][0-9]|8[1246]|8[058][0-9]|9[0-58]|9[679][0-9])[0-9]{6,12})|1?[2-9][0-9]{2}[2-9][0-9]{6}|0[1-9][0-9]{7,10})$')
    and (match(secret, '^(?:\\+|%2B)[0-9]{10,15}$|^(?:\\+|%2B|00)[0-9]+[ ./()-]+[0-9 ./()-]+$|^(?:1[ .-])?\\([2-9][0-9]{2}\\) ?[2-9][0-9]{2}[ .-]?[0-9]{4}$|^(?:1[.-])?[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}$|^0[1-9](?:[ .-][0-9]{2}){4}$|^\\(?0[1-9][0-9]{1,3}\\)? [0-9]{3,4} [0-9]{3,4}$|^\\(?0[1-9][0-9]{2,3}\\)? [0-9]{6}$|^01[5-7][0-9][ /-][0-9]{7,8}$|^0[1-9][0-9]{1,3}/[0-9]{5,8}$')
    or match(before, '(?i)(?:phone|mobile|msisdn|\\btel|telephone|\\bfax|\\bcell|whatsapp|\\bsms|\\bdial(?:ed|ing|led|ling)?|caller)(?:[_ -]?(?:number|no|num|to|id|from|is|at))*[ "\'.:=#\\\\]*$'));

-- An address on the public Internet, not a version or an object identifier: those stand after a word or a sign that says so, or have four small numbers.
CREATE OR REPLACE FUNCTION assay_is_public_ipv4 AS (before, secret, after) -> isIPv4String(secret)
    and not match(secret, '^(?:10|127|169\\.254|192\\.168|172\\.(?:1[6-9]|2[0-9]|3[01])|22[4-9]|2[3-5][0-9])\\.|^(?:1\\.3\\.6\\.1|2\\.5\\.(?:4|29)\\.[0-9]+)$')
    and not match(after, '^(?:[-_+~][A-Za-z0-9]|[A-Za-z]|\\.[0-9])')
    and not match(before, '(?i)(?:version|release|build|firmware|driver|kernel|package|assembly|sdk|upgraded?|revision|oid|(?:^|[^\\w])ver|\\brv|==|[<>~!]=|\\^|~>)[\\w "\'.:=(-]{0,24}$')
    and (match(secret, '[2-9][0-9]|1[0-9]{2}') or match(before, '(?i)(?:ip|addr|address|host|client|from|peer|remote|forwarded[-_]for|by|for|user)["\'\\s:=\\[(]*$'));

-- The network of an address: 24 bits of IPv4, 48 of IPv6; nothing of what is no address, such as a list of them.
CREATE OR REPLACE FUNCTION assay_network AS (secret) -> multiIf(isIPv4String(secret), replaceRegexpOne(secret, '[0-9]+$', '0/24'),
    isIPv6String(secret), concat(IPv6NumToString(IPv6CIDRToRange(toIPv6OrDefault(secret), 48).1), '/48'), '');

-- What stands for a value: a mask, a variable, a parameter of a statement, a word that says there is none.
CREATE OR REPLACE FUNCTION assay_placeholder AS (secret) -> match(secret,
    '(?i)^(?:[*•.]+|x{3,}|-+|<[^>]*>|\\[[a-z0-9_]*(?: [^\\]]*)?\\]?|\\$[0-9]+|\\$\\{[^}]*\\}?|\\$\\(.*|\\$[A-Z_]{3,}|\\{.*|%[sdvq]|%\\([a-z_]+\\)s|\\?|:[a-z_]+|@p?[0-9]*|@[a-z_]+|null|nil|none|undefined|true|false|yes|no|n/a|redacted|masked|hidden|filtered|removed|\\(?(?:string|null|none|empty|redacted|masked)\\)?|string|str|required|optional|present|missing|set|unset|empty|ok)$');

-- Whether a value after such a name is a secret: not a count of tokens, a kind, a path, a word of prose or a name of what holds a secret.
CREATE OR REPLACE FUNCTION assay_secret_named AS (before, secret) -> not match(before, '(?i)(?:max|min|total|prompt|completion|input|output|cached|num|count|page|next|continuation|pagination|sync|cursor|prev|unexpected|invalid|expected|parse|eof|first|last|has|is|no|require|use|reset|change)[ _-]?(?:token|password|secret|auth)["\']?\\s*[:=]+\\s*["\']?$')
    and not match(secret, '^(?:/[\\w./-]*|[A-Za-z]:\\\\.*)$')
    and not (match(before, '(?i:\\bpass|pwd|\\bpin|otp|cv[vc]2?)["\']?\\s*[:=]\\s*["\']?$') and match(secret, '^[0-9]{1,2}$'))
    and not (match(before, ':\\s+$|\\bauth\\s*[:=]+\\s*$') and match(secret, '^[A-Za-z\'-]+$') and match(secret, '(?i)^(?:must|is|are|was|be|has|have|cannot|can|should|could|too|not|a|an|the|field|for|from|to|of|in|on|at|with|and|or|but|by|wrong|invalid|incorrect|expired|mismatch|failed|failure|error|reset|changed|updated|rejected|accepted|verified|valid|unknown|unauthorized|denied|please|try|your|user|minimum|maximum|only|does|do|did|if|it|this|that|when|while|unable|bad|weak|strong|enabled|disabled|basic|bearer|digest|oauth2?|oidc|saml|ldap|jwt|password|default|internal|external)$'))
    and (match(before, '(?i)(?:pass(?:word|wd|phrase|code|wort)|pwd|secret|key|cv[vc]2?|pin|otp)(?:[_-]?(?:hash|digest|confirm(?:ation)?|old|new|[0-9]))?\\\\*["\'`\\]]{0,2}\\s*(?:=>|:=|==?|:|%3D)\\s*[bru]?\\\\*["\'`]?$')
        or match(secret, '[0-9]') and length(secret) >= 6 or length(secret) >= 20);
