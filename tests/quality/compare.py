#!/usr/bin/env python3
"""The judged comparison: ours and other rankers on the same open windows, query by query.

compare.py DATA BINARY OUT [--windows NAME,...] [--cities N]

DATA     directory of the measuring data
BINARY   `caravanserai`, or the matcher's example `backtest`, which calls the same functions and builds faster
OUT      directory for splits, models, rankings and the table; what is there already is used again
NAME     investors-2011, investors-2012, cities-1-cold, cities-1-linked, cities-2-cold, cities-2-linked (all of them)
N        about so many cities of each window are judged, evenly spread (400); all investors are

An investors' window is history to the end of the year before, judged on the year. Cities have links hidden as the
judgement hides them, by two seeds. NDCG@20 and its 95 % interval (300 draws of queries, seed 1) are those of the
judgement; the last two columns are the interval of ours less the ranker on the same draws. Exposure is over the lists
judged: the Gini coefficient of showings in a first 20, and the share of candidates that no first 20 shows.
Needs numpy, pandas and lightgbm; one thread. Writes OUT/table.tsv.
"""
import argparse, collections, csv, gzip, math, os, pathlib, random, shutil, subprocess, sys, threading

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
import numpy, pandas
from references import Als, LambdaMart, Linear

K = 20
LOCAL = {"investments": "near_km", "cities": "km"}
POPULAR = {"investments": "investors", "cities": "degree"}
HEADER = ["window", "queries", "ranker", "ndcg20", "low", "high", "recall20", "gini20", "never20",
          "ours_less", "ours_less_low", "ours_less_high"]


class Program:
    """The commands, of the product's program or of the example."""

    def __init__(self, path):
        self.path, self.example = path, pathlib.Path(path).name.startswith("backtest")

    def run(self, data, kind, what, out, **values):
        if self.example:
            typed = [data, kind, what, f"out={out}"] + [f"{k}={v}" for k, v in values.items()]
        else:
            order = {"train": ["train", kind], "rank": ["backtest", kind], "features": ["backtest", "features", kind],
                     "split": ["backtest", "split"]}[what]
            typed = order + ["--data", data, "--out", out]
            typed += [part for k, v in values.items() for part in (f"--{k}", v)]
        done = subprocess.run([self.path] + [str(part) for part in typed], stdout=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"{what} of {kind} failed")

    def split(self, data, out, seed):
        """A data directory of cities with hidden links."""
        if self.example:
            out.mkdir(parents=True, exist_ok=True)
            self.run(data, "cities", "split", out, seed=seed)
            for name in ("cities.tsv", "countries.tsv", "country_pairs.tsv", "country_pairs.tsv.gz"):
                if (data / name).exists():
                    shutil.copyfile(data / name, out / name)
            return out
        self.run(data, "cities", "split", out, years=1, seed=seed)
        return out / "cities"


def made(path, make):
    """Makes a file unless it is there; a broken run leaves none."""
    if not path.exists():
        half = path.with_name(path.name + ".half")
        make(half)
        os.replace(half, path)
    return path


def rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f, delimiter="\t")


def groups(queries):
    starts = numpy.flatnonzero(numpy.r_[True, queries[1:] != queries[:-1]])
    return numpy.r_[starts, len(queries)]


def read(source):
    """Frames of a table of inputs, each of whole queries."""
    held, types = None, collections.defaultdict(lambda: numpy.float32, query=str, item=str)
    for chunk in pandas.read_csv(source, sep="\t", dtype=types, chunksize=200_000, keep_default_na=False, na_values=[""]):
        chunk = chunk if held is None else pandas.concat([held, chunk])
        last = (chunk["query"] == chunk["query"].iloc[-1]).to_numpy()
        held = chunk[last]
        if not last.all():
            yield chunk[~last]
    if held is not None:
        yield held


class Window:
    """What is ranked, from which data, and what came about."""

    def __init__(self, program, data, out, name, cities):
        self.program, self.name, self.out = program, name, out
        self.wanted = collections.defaultdict(set)
        kind, *rest = name.split("-")
        if kind == "investors":
            self.kind, self.data, self.case = "investments", data, "all"
            self.cut = f"{rest[0]}-01-01"
            self.scope = dict(cut=self.cut)
            self.pairs = sorted({(r["investor_id"], r["company_id"]) for r in rows(data / "investor_company_train.tsv.gz")
                                 if r["date"] < self.cut})
            return
        self.kind, self.case = "cities", rest[1]
        split = out / f"split-{rest[0]}"
        self.data = split / "cities" if (split / "cities").exists() else split
        if not (self.data / "city_links_train.tsv").exists():
            self.data = program.split(data, split, rest[0])
        hidden = "cold" if self.case == "cold" else "random"
        asked = [r["city_id"] for r in rows(self.data / f"city_queries_{hidden}.tsv")]
        asked = asked[:: max(1, len(asked) // cities)]
        queries = made(out / f"{name}.queries.tsv", lambda half: half.write_text("\n".join(["city_id"] + asked) + "\n"))
        self.scope = dict(queries=queries)
        judged = set(asked)
        for r in rows(self.data / f"hidden_{hidden}.tsv"):
            for a, b in ((r["city_a"], r["city_b"]), (r["city_b"], r["city_a"])):
                if a in judged:
                    self.wanted[a].add(b)
        links = [(r["city_a"], r["city_b"]) for r in rows(self.data / "city_links_train.tsv")]
        self.pairs = links + [(b, a) for a, b in links]

    def ranking(self, model):
        name = self.name + (".ours.tsv" if model != "none" else ".published.tsv")
        values = {"top": 100, **({} if model == "none" and self.program.example else {"model": model})}
        path = made(self.out / name, lambda half: self.program.run(self.data, self.kind, "rank", half, **self.scope, **values))
        ranked = collections.defaultdict(list)
        for r in rows(path):
            ranked[r["query"]].append(r["item"])
        return ranked

    def model(self):
        cut = {"cut": self.cut} if self.kind == "investments" else {}
        name = self.name if cut else self.name.rsplit("-", 1)[0]
        return made(self.out / f"{name}.model.json", lambda half: self.program.run(self.data, self.kind, "train", half, **cut))

    def taught(self):
        """Inputs of the rows that teach, and their groups' ends."""
        cut = {"cut": self.cut} if self.kind == "investments" else {}
        name = self.name if cut else self.name.rsplit("-", 1)[0]
        path = made(self.out / f"{name}.taught.tsv", lambda half: self.program.run(self.data, self.kind, "features", half, **cut))
        frame = pandas.concat([part[part["query"].str.startswith(self.case)] for part in read(path)])
        names = list(frame.columns[4:])
        came, weight = (frame[name].to_numpy(dtype=float) for name in ("came", "weight"))
        return names, frame[names].to_numpy(dtype=numpy.float32), came, weight, groups(frame["query"].to_numpy())

    def judged(self):
        """Frames of all pairs that are judged, through a pipe: they are many."""
        pipe = self.out / f"{self.name}.pipe"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        writer = threading.Thread(target=self.program.run, args=(self.data, self.kind, "features", pipe),
                                  kwargs=dict(judged=1, **self.scope))
        writer.start()
        with open(pipe, encoding="utf-8") as source:
            yield from read(source)
        writer.join()
        pipe.unlink()


def rank_references(window):
    """Lists of the other rankers, the candidates, and what came about where only the pairs tell."""
    names, x, came, weight, ends = window.taught()
    linear, trees = Linear(x, came, weight, ends), LambdaMart(x, came, weight, ends, names)
    del x
    als = Als(window.pairs)
    place = {name: i for i, name in enumerate(names)}
    lists = {name: {} for name in ("popularity", "distance", "ALS", "additive linear", "LightGBM LambdaMART")}
    items = set()
    for frame in window.judged():
        if list(frame.columns[4:]) != names:
            sys.exit("the tables have other inputs")
        x = frame[names].to_numpy(dtype=numpy.float32)
        query, item = frame["query"].to_numpy(dtype=str), frame["item"].to_numpy(dtype=str)
        items.update(item)
        scores = {
            "popularity": numpy.nan_to_num(x[:, place[POPULAR[window.kind]]], nan=-1),
            "distance": numpy.nan_to_num(-x[:, place[LOCAL[window.kind]]], nan=-1e9),
            "additive linear": linear.predict(x),
            "LightGBM LambdaMART": trees.predict(x),
        }
        if window.kind == "investments":
            for i in numpy.flatnonzero(frame["came"].to_numpy() > 0):
                window.wanted[query[i]].add(item[i])
        parts = groups(query)
        for a, b in zip(parts[:-1], parts[1:]):
            close = als.predict(query[a], item[a:b])
            for name, ranked in lists.items():
                score = close if name == "ALS" else scores[name][a:b]
                ranked[query[a]] = list(item[a:b][numpy.argsort(-score, kind="stable")[:K]])
    return lists, items


def judge(ranked, wanted):
    ndcg, recall = [], []
    for query in sorted(wanted):
        hits = [item in wanted[query] for item in ranked.get(query, [])[:K]]
        ideal = sum(1 / math.log2(r + 2) for r in range(min(K, len(wanted[query]))))
        ndcg.append(sum(h / math.log2(r + 2) for r, h in enumerate(hits)) / ideal)
        recall.append(sum(hits) / len(wanted[query]))
    return numpy.array(ndcg), numpy.array(recall)


def exposure(ranked, wanted, items):
    counts = collections.Counter(item for query in wanted for item in ranked.get(query, [])[:K])
    c = numpy.sort(numpy.array([counts.get(item, 0) for item in items], dtype=float))
    n = len(c)
    return 2 * (numpy.arange(1, n + 1) * c).sum() / (n * c.sum()) - (n + 1) / n, (c == 0).mean()


def interval(values, draws):
    means = sorted(values[draws].mean(1))
    return means[7], means[292]


def compare(window, table):
    lists, items = rank_references(window)
    lists = {"ours": window.ranking(window.model()), "published policy": window.ranking("none"), **lists}
    wanted = window.wanted
    rnd = random.Random(1)
    draws = numpy.array([[rnd.choice(range(len(wanted))) for _ in wanted] for _ in range(300)])
    ours = judge(lists["ours"], wanted)[0]
    for name, ranked in lists.items():
        ndcg, recall = judge(ranked, wanted)
        numbers = [ndcg.mean(), *interval(ndcg, draws), recall.mean(), *exposure(ranked, wanted, items),
                   (ours - ndcg).mean(), *interval(ours - ndcg, draws)]
        line = [window.name, str(len(wanted)), name] + [f"{number:.4f}" for number in numbers]
        print("\t".join(line), flush=True)
        table.append(line)


def main():
    names = ["investors-2011", "investors-2012"] + [f"cities-{s}-{c}" for s in (1, 2) for c in ("cold", "linked")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("binary")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--windows", default=",".join(names))
    parser.add_argument("--cities", type=int, default=400)
    typed = parser.parse_args()
    typed.out.mkdir(parents=True, exist_ok=True)
    program, table = Program(os.path.abspath(typed.binary)), []
    print("\t".join(HEADER))
    for name in typed.windows.split(","):
        if name not in names:
            sys.exit(f"there is no window {name}")
        compare(Window(program, typed.data, typed.out, name, typed.cities), table)
    (typed.out / "table.tsv").write_text("\n".join("\t".join(line) for line in [HEADER] + table) + "\n")


main()
