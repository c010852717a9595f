"""Other rankers on the inputs of ours: an additive linear model, LambdaMART, and alternating least squares.

Needs numpy, pandas and lightgbm.
"""
import collections
import warnings
import lightgbm, numpy


class Linear:
    """An additive linear model: standardised inputs and their logarithms, the unknown at the mean with a flag, softmax
    of a query's list."""

    def __init__(self, x, came, weight, ends, steps=200):
        # An input that no query of a case has is unknown throughout, which numpy would say aloud.
        warnings.simplefilter("ignore", RuntimeWarning)
        few = self.bent(x[:: max(1, len(x) // 100_000)])
        self.low, self.high = numpy.nanpercentile(few, [1, 99], axis=0).astype(numpy.float32)
        seen = numpy.clip(self.bent(x), self.low, self.high)
        self.mean, self.spread = numpy.nanmean(seen, axis=0), numpy.nanstd(seen, axis=0) + numpy.float32(1e-6)
        z, which = self.inputs(x), numpy.repeat(numpy.arange(len(ends) - 1), numpy.diff(ends))
        self.w = numpy.zeros(z.shape[1])
        m, v = numpy.zeros_like(self.w), numpy.zeros_like(self.w)
        wins = numpy.add.reduceat(came, ends[:-1])
        even = wins ** -0.5
        for step in range(1, steps + 1):
            s = self.of(z)
            e = weight * numpy.exp(s - numpy.maximum.reduceat(s, ends[:-1])[which])
            p = e / numpy.add.reduceat(e, ends[:-1])[which]
            slope = even[which] * (wins[which] * p - came) / len(wins)
            g = slope.astype(numpy.float32) @ z + 1e-3 * self.w
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            self.w -= 0.05 * (m / (1 - 0.9**step)) / (numpy.sqrt(v / (1 - 0.999**step)) + 1e-8)

    def inputs(self, x):
        z = (numpy.clip(self.bent(x), self.low, self.high) - self.mean) / self.spread
        return numpy.hstack([numpy.nan_to_num(z), numpy.isnan(x)]).astype(numpy.float32)

    @staticmethod
    def bent(x):
        """Inputs and their logarithms, so that counts and distances, which span powers of ten, are told apart."""
        return numpy.hstack([x, numpy.sign(x) * numpy.log1p(numpy.abs(x) * 100)])

    def of(self, z):
        return (z @ self.w.astype(numpy.float32)).astype(float)

    def predict(self, x):
        return self.of(self.inputs(x))


class LambdaMart:
    """LightGBM's LambdaMART, one thread, a fixed seed, on at most a million rows: whole queries, evenly drawn."""

    MOST_ROWS = 1_000_000

    OPTIONS = dict(objective="lambdarank", learning_rate=0.08, num_leaves=15, max_bin=63, min_data_in_leaf=50,
                   feature_fraction=0.6, lambdarank_truncation_level=30, seed=1, deterministic=True, num_threads=1,
                   verbose=-1)

    def __init__(self, x, came, weight, ends, names, trees=120):
        every = -(-len(x) // self.MOST_ROWS)
        seen = [numpy.arange(a, b) for a, b in list(zip(ends[:-1], ends[1:]))[::every]]
        ends = numpy.cumsum([0] + [len(rows) for rows in seen])
        seen = numpy.concatenate(seen)
        # A drawn pair stands for as many as its weight says.
        data = lightgbm.Dataset(x[seen], came[seen], weight=weight[seen], group=numpy.diff(ends), feature_name=names)
        self.model = lightgbm.train(self.OPTIONS, data, trees)

    def predict(self, x):
        return self.model.predict(x, num_threads=1)


class Als:
    """Implicit alternating least squares (Hu, Koren and Volinsky 2008) on past pairs."""

    def __init__(self, pairs, factors=32, rounds=8, ridge=5.0, alpha=20.0):
        self.places = [{name: i for i, name in enumerate(sorted(set(side)))} for side in zip(*pairs)]
        by = [collections.defaultdict(list), collections.defaultdict(list)]
        for query, item in pairs:
            row, column = self.places[0][query], self.places[1][item]
            by[0][row].append(column)
            by[1][column].append(row)
        rng = numpy.random.default_rng(1)
        self.sides = [rng.normal(0, 0.05, (len(names), factors)) for names in self.places]
        for _ in range(rounds):
            for side in (0, 1):
                other = self.sides[1 - side]
                whole = other.T @ other + ridge * numpy.eye(factors)
                self.sides[side][:] = 0
                for place, held in by[side].items():
                    f = other[held]
                    self.sides[side][place] = numpy.linalg.solve(whole + alpha * f.T @ f, (1 + alpha) * f.sum(0))

    def predict(self, query, items):
        """Closeness of a query to items; below all where either had no past."""
        scores = numpy.full(len(items), -1e9)
        row = self.places[0].get(query)
        if row is not None:
            columns = numpy.array([self.places[1].get(item, -1) for item in items])
            known = columns >= 0
            scores[known] = self.sides[1][columns[known]] @ self.sides[0][row]
        return scores
