// Calls the API at SMARTSHEET_API_HOST with Smartsheet's JavaScript SDK. Prints one line of JSON for each step.
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { createClient } = require('smartsheet');

const { CLIENT_ID, CLIENT_SECRET, CODE, PERSON_ID, SHEET_NAME } = process.env;
const found = {};

const hash = (secret) => crypto.createHash('sha256').update(`${CLIENT_SECRET}|${secret}`).digest('hex');
const anonymous = createClient({ maxRetryDurationSeconds: 1 });
const signedIn = () => createClient({ accessToken: found.token.access_token, maxRetryDurationSeconds: 1 });
const refused = (promise) => promise.then(() => assert.fail('it was not refused'), (error) => error);

const steps = {
  'sign-in: a code becomes a token': async () => {
    found.token = await anonymous.tokens.getAccessToken({
      queryParameters: { client_id: CLIENT_ID, code: CODE, hash: hash(CODE) },
    });
    assert.equal(found.token.token_type, 'bearer');
    assert.ok(found.token.expires_in > 600000);
  },
  'sign-in: the code works only once': async () => {
    const error = await refused(
      anonymous.tokens.getAccessToken({ queryParameters: { client_id: CLIENT_ID, code: CODE, hash: hash(CODE) } }),
    );
    assert.deepEqual([error.statusCode, error.errorCode], [400, 1071]);
  },
  'sign-in: the token is refreshed': async () => {
    const old = found.token;
    found.token = await anonymous.tokens.refreshAccessToken({
      queryParameters: {
        client_id: CLIENT_ID,
        refresh_token: old.refresh_token,
        hash: hash(old.refresh_token),
      },
    });
    assert.notEqual(found.token.access_token, old.access_token);
    const stale = createClient({ accessToken: old.access_token, maxRetryDurationSeconds: 1 });
    const error = await refused(stale.users.getCurrentUser({}));
    assert.equal(error.statusCode, 401);
  },
  'users/me': async () => {
    const me = await signedIn().users.getCurrentUser({});
    assert.equal(String(me.id), PERSON_ID);
    assert.ok(me.email.includes('@'));
  },
  'list the sheets': async () => {
    const { data } = await signedIn().sheets.listSheets({ queryParameters: { includeAll: true } });
    found.sheetId = data.find((sheet) => sheet.name === SHEET_NAME).id;
  },
  'get a sheet': async () => {
    const sheet = await signedIn().sheets.getSheet({
      id: found.sheetId,
      queryParameters: { level: 2, include: 'objectValue' },
    });
    found.column = sheet.columns.find((column) => column.primary);
    found.row = sheet.rows[0];
    assert.equal(sheet.rows.length, sheet.totalRowCount);
  },
  'update a row': async () => {
    const { result } = await signedIn().sheets.updateRow({
      sheetId: found.sheetId,
      body: [{ id: found.row.id, cells: [{ columnId: found.column.id, value: 'Written in JavaScript' }] }],
    });
    const cell = result[0].cells.find((each) => each.columnId === found.column.id);
    assert.equal(cell.value, 'Written in JavaScript');
  },
  'cell history': async () => {
    const { data } = await signedIn().sheets.getCellHistory({
      sheetId: found.sheetId,
      rowId: found.row.id,
      columnId: found.column.id,
    });
    assert.equal(data[0].value, 'Written in JavaScript');
    assert.ok(data[0].modifiedBy.email.includes('@'));
  },
  'add a row and delete it': async () => {
    const { result } = await signedIn().sheets.addRows({
      sheetId: found.sheetId,
      body: [{ toBottom: true, cells: [{ columnId: found.column.id, value: 'For a moment' }] }],
    });
    const gone = await signedIn().sheets.deleteRow({ sheetId: found.sheetId, rowId: result[0].id });
    assert.deepEqual(gone.result, [result[0].id]);
  },
  'an error with its code': async () => {
    const error = await refused(signedIn().sheets.getSheet({ id: 1 }));
    assert.deepEqual([error.statusCode, error.errorCode], [404, 1006]);
    assert.ok(error.refId);
  },
  'sign-out: the token is revoked': async () => {
    await signedIn().tokens.revokeAccessToken({});
    const error = await refused(signedIn().users.getCurrentUser({}));
    assert.equal(error.statusCode, 401);
  },
};

(async () => {
  for (const [step, act] of Object.entries(steps)) {
    const problem = await act().then(() => null, (error) => String(error.message ?? error).split('\n')[0]);
    console.log(JSON.stringify({ step, problem }));
  }
})();
