// The first three projects of the catalogue. CARAVANSERAI is the address of a server.
const server = process.env.CARAVANSERAI ?? "http://127.0.0.1:8080";
const query = "query First($n: Int!) { projects(first: $n) { totalCount edges { node { id title { value } } } } }";
const response = await fetch(`${server}/graphql`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ query, variables: { n: 3 } }),
});
const { data, errors } = await response.json();
if (errors) throw new Error(errors[0].extensions.code);
for (const { node } of data.projects.edges) console.log(node.id, node.title?.value ?? "(shown after an introduction)");
