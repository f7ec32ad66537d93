-- kind: functions
-- why: a pattern alone takes ids and epochs for cards, accounts and phones; these know check digits, ranges and lengths
-- reads: `secret`, which is what a pattern has found
-- gives: conditions for the detectors that scrub, and what is left of an address. Expanded where they are used, at every insert: keep them flat.

-- ISO/IEC 7812: every second digit from the right is doubled, and its digits summed.
CREATE OR REPLACE FUNCTION assay_luhn AS (number) -> arraySum((digit, place) -> if(place % 2 = 0, [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][toUInt8(digit) + 1], toUInt8(digit)),
    arrayReverse(extractAll(number, '[0-9]')), arrayEnumerate(extractAll(number, '[0-9]'))) % 10 = 0;

-- Ranges that issuers use, with their lengths: Visa, Mastercard, Mir, American Express, Diners Club, Discover, JCB, UnionPay, RuPay, Maestro.
CREATE OR REPLACE FUNCTION assay_card_valid AS (secret) -> multiIf(match(replaceRegexpAll(secret, '%20|[^0-9]', ''),
    '^(?:4[0-9]{12}|4[0-9]{15}|4[0-9]{18}|5[1-5][0-9]{14}|2(?:20[0-4]|22[1-9]|2[3-9][0-9]|[3-6][0-9][0-9]|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14,17}|(?:508[5-9]|606[1-9])[0-9]{12}|(?:5018|5019|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15})$'),
    assay_luhn(replaceRegexpAll(secret, '%20', '')), false);

-- ISO 13616: 1 is the remainder by 97 of the number with its first four signs at the end and letters counted on from 10.
CREATE OR REPLACE FUNCTION assay_iban_valid AS (secret) -> toUInt256OrZero(arrayStringConcat(arrayMap(sign -> if(sign < 'A', sign, toString(ascii(sign) - 55)),
    extractAll(replaceRegexpOne(upper(secret), '^(....)(.*)$', '\\2\\1'), '[0-9A-Z]')))) % 97 = 1;

-- E.164: a country code that is in use and 8 to 15 digits in all; or 10 or 11 digits as in North America, or after a leading 0.
CREATE OR REPLACE FUNCTION assay_is_phone AS (secret) -> match(replaceRegexpAll(replaceRegexpOne(secret, '^%2B', '+'), '[^0-9+]', ''),
    '^(?:(?:\\+|00)(?:1[2-9][0-9]{9}|7[3-9][0-9]{9}|(?:2[07]|2[1-6789][0-9]|3[0-469]|3[578][0-9]|4[0134-9]|42[0-9]|5[1-8]|5[09][0-9]|6[0-6]|6[7-9][0-9]|8[1246]|8[058][0-9]|9[0-58]|9[679][0-9])[0-9]{6,12})|1?[1-9][0-9]{9}|0[1-9][0-9]{7,10}|[1-9][0-9]{7,13})$');

-- The network of an address: 24 bits of IPv4, 48 of IPv6; nothing of what is no address, such as a list of them.
CREATE OR REPLACE FUNCTION assay_network AS (secret) -> multiIf(isIPv4String(secret), replaceRegexpOne(secret, '[0-9]+$', '0/24'),
    isIPv6String(secret), concat(IPv6NumToString(IPv6CIDRToRange(toIPv6OrDefault(secret), 48).1), '/48'), '');
