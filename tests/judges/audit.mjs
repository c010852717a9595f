// The GraphQL-over-HTTP audit: every check must be ok, without warnings and notices.
import { readFileSync } from 'node:fs';
import { auditServer } from 'graphql-http';

const { graphql: url } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const results = await auditServer({ url, fetchFn: fetch });
const wrong = results.filter((result) => result.status !== 'ok');
for (const result of wrong) console.log(result.status, result.id, result.name, '--', String(result.reason).slice(0, 200));
console.log(`audit: ${results.length - wrong.length} of ${results.length} ok`);
process.exit(wrong.length ? 1 : 0);
