// Apollo Client and urql ask for the three rankings.
import { readFileSync } from 'node:fs';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';
import { Client, fetchExchange } from '@urql/core';
import { RANKINGS, check } from './queries.mjs';

const { graphql: url, ids } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const apollo = new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache() });
check('Apollo Client', (await apollo.query({ query: gql(RANKINGS), variables: ids })).data);

const urql = new Client({ url, fetch, exchanges: [fetchExchange], preferGetMethod: false });
const result = await urql.query(RANKINGS, ids).toPromise();
if (result.error) throw result.error;
check('urql', result.data);
apollo.stop();
