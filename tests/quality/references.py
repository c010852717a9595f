#!/usr/bin/env python3
"""Judges other rankers on the inputs of ours, on the same window, and compares each with ours query by query.

references.py KIND TRAIN JUDGED OUTCOMES PAIRS CUT [NAME=RANKING ...]

KIND        investments or cities
TRAIN       table of `caravanserai backtest features KIND` (rows that teach)
JUDGED      table of the same command with --judged (all pairs judged)
OUTCOMES    investor_id company_id, or city_a city_b (hidden links, both directions count for queries in JUDGED)
PAIRS       what was known: deals (investor_id, company_id, date) or links (city_a, city_b), for ALS
CUT         deals of this day or later are left out; - for links
NAME=FILE   rankings of `caravanserai backtest KIND`, the first of which is ours

Needs numpy, pandas and lightgbm. Prints one line a ranker: NDCG@20 with its 95 % bootstrap interval, Recall@20, Gini
of showings in the first 20, share of candidates never shown there, and the 95 % interval of ours less it (paired).
"""
import collections, csv, math, sys
import lightgbm, numpy, pandas

K = 20
LOCAL = {"investments": "near_km", "cities": "km"}
POPULAR = {"investments": "investors", "cities": "degree"}


def table(path):
    frame = pandas.read_csv(path, sep="\t", dtype={"query": str, "item": str}, engine="c", low_memory=False)
    names = list(frame.columns[4:])
    return frame, frame[names].to_numpy(dtype=numpy.float32), names


def groups(queries):
    starts = numpy.flatnonzero(numpy.r_[True, queries[1:] != queries[:-1]])
    return numpy.r_[starts, len(queries)]


class Linear:
    """An additive linear model: standardised inputs, the unknown at the mean with a flag, softmax of a query's list."""

    def __init__(self, x, came, weight, ends, steps=200):
        self.low, self.high = numpy.nanpercentile(x, [1, 99], axis=0)
        seen = numpy.clip(x, self.low, self.high)
        self.mean, self.spread = numpy.nanmean(seen, axis=0), numpy.nanstd(seen, axis=0) + 1e-6
        z, which = self.inputs(x), numpy.repeat(numpy.arange(len(ends) - 1), numpy.diff(ends))
        self.w = numpy.zeros(z.shape[1])
        m, v = numpy.zeros_like(self.w), numpy.zeros_like(self.w)
        wins = numpy.add.reduceat(came, ends[:-1])
        even = wins ** -0.5
        for step in range(1, steps + 1):
            s = z @ self.w
            e = weight * numpy.exp(s - numpy.maximum.reduceat(s, ends[:-1])[which])
            p = e / numpy.add.reduceat(e, ends[:-1])[which]
            g = z.T @ (even[which] * (wins[which] * p - came)) / len(wins) + 1e-3 * self.w
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            self.w -= 0.05 * (m / (1 - 0.9**step)) / (numpy.sqrt(v / (1 - 0.999**step)) + 1e-8)

    def inputs(self, x):
        z = (numpy.clip(x, self.low, self.high) - self.mean) / self.spread
        return numpy.hstack([numpy.nan_to_num(z), numpy.isnan(x)]).astype(numpy.float32)

    def predict(self, x):
        return self.inputs(x) @ self.w


def als(pairs, queries, items, factors=32, rounds=8, ridge=5.0, alpha=20.0):
    """Implicit alternating least squares (Hu, Koren and Volinsky 2008) on past pairs."""
    rows, columns = {q: i for i, q in enumerate(queries)}, {c: i for i, c in enumerate(items)}
    by = [collections.defaultdict(list), collections.defaultdict(list)]
    for q, c in pairs:
        by[0][rows[q]].append(columns[c])
        by[1][columns[c]].append(rows[q])
    rng = numpy.random.default_rng(1)
    sides = [rng.normal(0, 0.05, (len(n), factors)) for n in (rows, columns)]
    for _ in range(rounds):
        for side in (0, 1):
            other = sides[1 - side]
            whole = other.T @ other + ridge * numpy.eye(factors)
            sides[side][:] = 0
            for i, held in by[side].items():
                f = other[held]
                sides[side][i] = numpy.linalg.solve(whole + alpha * f.T @ f, (1 + alpha) * f.sum(0))
    return rows, columns, sides


def lists(score, frame, ends):
    query, item = frame["query"].to_numpy(), frame["item"].to_numpy()
    out = {}
    for a, b in zip(ends[:-1], ends[1:]):
        out[query[a]] = list(item[a:b][numpy.argsort(-score[a:b], kind="stable")[:K]])
    return out


def judged(ranked, wanted):
    ndcg, recall = [], []
    for query in sorted(wanted):
        hits = [item in wanted[query] for item in ranked.get(query, [])[:K]]
        ideal = sum(1 / math.log2(r + 2) for r in range(min(K, len(wanted[query]))))
        ndcg.append(sum(h / math.log2(r + 2) for r, h in enumerate(hits)) / ideal)
        recall.append(sum(hits) / len(wanted[query]))
    return numpy.array(ndcg), numpy.array(recall)


def gini(ranked, items):
    counts = collections.Counter(item for items_ in ranked.values() for item in items_[:K])
    c = numpy.sort(numpy.array([counts.get(i, 0) for i in items], dtype=float))
    n = len(c)
    return 2 * (numpy.arange(1, n + 1) * c).sum() / (n * c.sum()) - (n + 1) / n, (c == 0).mean()


def main():
    if len(sys.argv) < 8 or sys.argv[1] not in LOCAL:
        sys.exit(__doc__)
    kind, train, judge, outcomes, known, cut = sys.argv[1:7]
    frame, x, names = table(judge)
    ends = groups(frame["query"].to_numpy())
    asked = set(frame["query"].unique())
    wanted = collections.defaultdict(set)
    with open(outcomes, encoding="utf-8") as f:
        for row in csv.reader(f, delimiter="\t"):
            a, b = row[:2]
            for q, c in [(a, b)] + ([(b, a)] if kind == "cities" else []):
                if q in asked:
                    wanted[q].add(c)
    items = sorted(frame["item"].unique())
    rankers = {}
    for spec in sys.argv[7:]:
        name, path = spec.split("=", 1)
        rankers[name] = collections.defaultdict(list)
        with open(path, encoding="utf-8") as f:
            for row in csv.DictReader(f, delimiter="\t"):
                if row["query"] in asked:
                    rankers[name][row["query"]].append(row["item"])
    place = {name: i for i, name in enumerate(names)}
    fill = lambda column, sign, worst: numpy.nan_to_num(sign * x[:, place[column]], nan=worst)
    rankers["popularity"] = lists(fill(POPULAR[kind], 1, -1), frame, ends)
    rankers["distance"] = lists(fill(LOCAL[kind], -1, -1e9), frame, ends)
    past = pandas.read_csv(known, sep="\t", dtype=str)
    if kind == "cities":
        pairs = list(zip(past["city_a"], past["city_b"])) + list(zip(past["city_b"], past["city_a"]))
    else:
        past = past[past["date"] < cut]
        pairs = sorted(set(zip(past["investor_id"], past["company_id"])))
    rows, columns, (left, right) = als(pairs, sorted({q for q, _ in pairs}), sorted({c for _, c in pairs}))
    known_q = numpy.array([rows.get(q, -1) for q in frame["query"]])
    known_c = numpy.array([columns.get(c, -1) for c in frame["item"]])
    both = (known_q >= 0) & (known_c >= 0)
    close = numpy.full(len(frame), -1.0)
    close[both] = numpy.einsum("ij,ij->i", left[known_q[both]], right[known_c[both]])
    rankers["ALS"] = lists(close, frame, ends)
    t, tx, tnames = table(train)
    assert tnames == names
    tends = groups(t["query"].to_numpy())
    came, weight = t["came"].to_numpy(dtype=float), t["weight"].to_numpy(dtype=float)
    if kind == "cities":
        # The case of the queries judged: cold cities have no partner of their own.
        cold = numpy.isnan(x[:, place["common"]])
        parts = [(numpy.char.startswith(t["query"].to_numpy(str), "cold"), cold),
                 (numpy.char.startswith(t["query"].to_numpy(str), "linked"), ~cold)]
    else:
        parts = [(numpy.ones(len(t), bool), numpy.ones(len(frame), bool))]
    ours = judged(next(iter(rankers.values())), wanted)[0]
    rng = numpy.random.default_rng(1)
    draws = rng.integers(0, len(ours), (1000, len(ours)))
    print("ranker\tndcg20\tlow\thigh\trecall20\tgini20\tnever20\tours_less_low\tours_less_high")

    def tell(name, ranked):
        ndcg, recall = judged(ranked, wanted)
        low, high = numpy.percentile(ndcg[draws].mean(1), [2.5, 97.5])
        less = numpy.percentile((ours - ndcg)[draws].mean(1), [2.5, 97.5])
        uneven, never = gini(ranked, items)
        print(f"{name}\t{ndcg.mean():.4f}\t{low:.4f}\t{high:.4f}\t{recall.mean():.4f}\t{uneven:.3f}\t{never:.3f}"
              f"\t{less[0]:+.4f}\t{less[1]:+.4f}", flush=True)

    for name, ranked in rankers.items():
        tell(name, ranked)
    linear, trees = numpy.zeros(len(frame)), numpy.zeros(len(frame))
    for rows, judged_rows in parts:
        if judged_rows.any():
            e = groups(t["query"].to_numpy()[rows])
            linear[judged_rows] = Linear(tx[rows], came[rows], weight[rows], e).predict(x[judged_rows])
    tell("additive linear", lists(linear, frame, ends))
    options = dict(objective="lambdarank", learning_rate=0.05, num_leaves=15, max_bin=63, min_data_in_leaf=50,
                   feature_fraction=0.6, lambdarank_truncation_level=30, seed=1, deterministic=True, num_threads=1,
                   verbose=-1)
    for rows, judged_rows in parts:
        if judged_rows.any():
            e = groups(t["query"].to_numpy()[rows])
            data = lightgbm.Dataset(tx[rows], came[rows], group=numpy.diff(e), feature_name=names)
            trees[judged_rows] = lightgbm.train(options, data, 200).predict(x[judged_rows], num_threads=1)
    tell("LightGBM LambdaMART", lists(trees, frame, ends))


main()
