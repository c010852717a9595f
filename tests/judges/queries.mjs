// The three rankings as any client would ask for them.
export const RANKINGS = `query Rankings($mandate: ID!, $project: ID!, $city: ID!) {
  opportunities(mandateId: $mandate, first: 5) { totalCount edges { node { rank score { point coverage } project { id title { value } } explanation { headline } } } }
  projectInvestors(projectId: $project, first: 5) { totalCount edges { node { score { point } investor { id name } } } }
  partnerCities(cityId: $city, first: 5) { totalCount edges { node { score { point } b { id name } reachableTier } } }
}`;

export function check(name, data) {
  for (const field of ['opportunities', 'projectInvestors', 'partnerCities']) {
    const { totalCount, edges } = data[field];
    if (!(totalCount > 0) || edges.length === 0) throw new Error(`${name}: ${field} is empty`);
    const points = edges.map((edge) => edge.node.score.point);
    if (points.some((p, i) => i > 0 && p > points[i - 1])) throw new Error(`${name}: ${field} is not in order`);
  }
  console.log(`${name}: three rankings ok`);
}
