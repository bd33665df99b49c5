/*
 * Certificates as Debian's own tools leave them: made with NSS 3.87 by the commands of `corosync-qnetd-certutil.sh -i`
 * (corosync-qnetd 3.0.3). Their private keys were thrown away.
 */

const der = (lines: readonly string[]): Uint8Array => Uint8Array.from(Buffer.from(lines.join(''), 'base64'));

/** `QNet CA`: serial number 101, a hundred years, basic constraints and no other extension. */
export const stockCa = (): Uint8Array =>
  der([
    'MIICtzCCAZ+gAwIBAgIBZTANBgkqhkiG9w0BAQsFADASMRAwDgYDVQQDEwdRTmV0IENBMCAXDTI2MTEyMzAxMzMxNVoYDzIxMjYx',
    'MTIzMDEzMzE1WjASMRAwDgYDVQQDEwdRTmV0IENBMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsMRB+XGbJ5B2F7B1',
    'eEDm1oUt66gmLbdzBjKUg/15n4rvos//4o+VreJki3LmwkiQQLU4yBx+dZnRiWgPXS2GvAYBuWYjlWz9ktm3EoHIPu0TEV07ScIW',
    'kkfFFN27FFI/OcAgJSs7CyIKZxdRBcxOfs7ieA3A0dDWnqOtlZO0xyl8xHhPVX4DsNaWVXCzGwr09kTAJJFVRNj5z3oFCU1GIIvd',
    'IyUIFtkccGN/xKZ4s2RAC5wkHq7+IYcmx4uwgT37km5DN+6EO+bqRmJuGdQCWObC4h92YXxIc4dBsjjEXzQ0wESLlr9NLQC5hucO',
    'QWAch/dZskVpgb6TXeHJHuoIJQIDAQABoxYwFDASBgNVHRMBAf8ECDAGAQH/AgEAMA0GCSqGSIb3DQEBCwUAA4IBAQBqHAdO29Hu',
    'CiglQ/K2ypxmNMwbu9yComWW691BRnC0HBrv3vsDYSwXBGKP6itp1gixK2Nh1qk1x7zKIIK8xXcGOX9FjteYEExTl3ZsaBqTfbxY',
    'fCQWksft14Km7//T2O0GRJcfVeVqxF8k2a9fRC4msbVRLaF4sVHEbSlAuLk1PZWkcDED1jaeZVaxAszG3AwfLulX/GOsM2W3hgIX',
    'XOLg03IFVoynDMIzsW3QmVhtZiUZtWnEU1jAHkDeIWWBQG1+Ugf8dgoRMWdU0mX0yCTDFxVJe6rIeIhLVsBzEfq3YTTa7V6sgsxJ',
    'O1tPfIHt12Cs4Bv16McPJck68DoT1nr1',
  ]);

/** `QNetd Cert`: serial number 102, a hundred years, no extension at all. */
export const stockServer = (): Uint8Array =>
  der([
    'MIICpDCCAYygAwIBAgIBZjANBgkqhkiG9w0BAQsFADASMRAwDgYDVQQDEwdRTmV0IENBMCAXDTI2MTEyMzAxMzMxNVoYDzIxMjYx',
    'MTIzMDEzMzE1WjAXMRUwEwYDVQQDEwxRbmV0ZCBTZXJ2ZXIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDmC3CxkS5U',
    'wskF24P+/ZQNgwjfj4QKlUhWsesnJ33fZA3JJCgzS5G5brMcf3oGJafdykog7iBmm9BoGcVOo/DlLaHfOltmkvlSa9mbdM68Gu3S',
    'iKNJTn66sWF8iGl9mwa9VHbTwJ2gstV3rKl3+Nr+nh4uLmEQpZoD7IT0NQn70txBXcdtBS7K6p0ClK9XpT2r3yGq+vkmQmo3GHYo',
    'AB1Teq5fjGnLjbK5FNu0EaVpiPcFn7eAYZV2ST9wfm5F5bgnD1kC58HAk7mgYS+GQZnGhRK080unIL+zEZXSQI5V4uC8PA+4HGUV',
    '7hQ/IpM8agRCLm2H6CUQXYKUz6+vOa9TAgMBAAEwDQYJKoZIhvcNAQELBQADggEBAAeCdKRRLoLIXlCufevKpHPRY/P1zByhbw2L',
    '2g1O8v0TVVbV/eY+rtaZLoocV1gnpkDn2xGuSfsyFNKmoxhL0Oc5jNS1U+jUddFidQJxipXRnubTHmLNbj7u+ViWuZaaWLGiyhma',
    'LJ4msNNNcu+8RD8CTr3Ec/daXP2ZpxWt3wcZ4ASc4I/5dUDsQ1la1ou537XWB0XDc+Q4YA4XuFPB2b2ytVId1CpvdqaMR0Wv7RUL',
    '6GG1tgj9MaGDAPzIRAyRYXV8TTOEmYm3vVGDOmrLZwIm06yoAHkTVre24BID9d5J+ESh3cM4EFWSF9Yi6mbpG842bwGyhZd6s49M',
    'YgPBEf8=',
  ]);
