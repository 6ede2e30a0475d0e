# The words of claimbench in English. CONTRIBUTING.md says how a catalogue is written.

unknown = unknown
yes = yes
no = no

## Verdicts on published figures

verdict-reproduced = reproduced
verdict-lower = lower
verdict-higher = higher
verdict-inconclusive = inconclusive
verdict-not-comparable = not comparable

verdict-judged = { $scores }: { $finding }
verdict-untried = { $scores }: { $verdict }, because { $reason }
verdict-with-looks = { $verdict }; { $looks }
verdict-learned = { $verdict }; by the plain bound on the error { $plain }
looks-decided = decided at { $n } of { $planned } samples
looks-stopped = stopped at { $n } of { $planned } samples
looks-undeclared = tested at { SIGNIFICANT($level) }%, as the run was seen before with { LIST($earlier, ", ") } samples

scores-measured = { FIXED($measured, $digits) } measured here against { FIXED($published, $published_digits) }
scores-measured-by = { FIXED($measured, $digits) } measured by { $measurer } against { FIXED($published, $published_digits) }
scores-not-measured = not measured here against { FIXED($published, $published_digits) }

apart = { $verdict } by { FIXED($low) } to { FIXED($high) } points at 95%; would count as reproduced only with a margin above { UPWARDS($needed) }
apart-votes = { $verdict } by { FIXED($low) } to { FIXED($high) } points at 95%, between two votes
apart-greedy = { $verdict } by { FIXED($gap) } points without sampling error, both being greedy; more than the margin of { SHORT($margin) } { PLURAL($margin, "point", "points") }
equal = reproduced within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") }; the difference is { FIXED($low) } to { FIXED($high) } points at 90%
equal-greedy = reproduced within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") }, without sampling error, both being greedy
undecided = inconclusive; the difference is { FIXED($low) } to { FIXED($high) } points at 95%: { $state }; { $remedy }
undecided-decoding = inconclusive, because how it was decoded is unknown and decides the verdict
undecided-if-sampled = inconclusive, because how it was decoded is unknown and decides the verdict; if it was sampled, the difference is { FIXED($low) } to { FIXED($high) } points at 95%

shown-apart-alone = a difference is shown for this figure alone, but not among { $family } figures judged together
shown-equal-alone = equivalence within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") } is shown for this figure alone, but not among { $family } figures judged together
shown-apart-at-one-look = a difference would be shown had the samples been fixed before the run, but not after several looks at it
shown-equal-at-one-look = equivalence within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") } would be shown had the samples been fixed before the run, but not after several looks at it
shown-neither = neither a difference nor equivalence within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") } is shown
shown-no-difference = no difference is shown

remedy-samples = about { $n } { PLURAL($n, "sample", "samples") } per problem in a new run would decide with a probability of 80%, if the true difference is the one seen
remedy-samples-at-most = at most about { $n } { PLURAL($n, "sample", "samples") } per problem in a new run would decide with a probability of 80%, if the true difference is the one seen
remedy-none = no number of samples can decide, because the published figure's own error dominates
remedy-none-greedy = no number of samples can decide, because greedy decoding gives one sample of each problem
remedy-none-by-bound = no number of samples can decide by the bound on the published figure's error, which a run known problem by problem would lower
remedy-votes = two votes of { $k } differ by { FIXED($spread) } points (SE) by chance, and more samples here do not make the published vote any surer

reason-problems-unknown = the number of problems is unknown, so no error can be given
reason-no-share = { $metric } is no share of right answers
reason-one-vote = one vote of { $k } samples per problem hides its own run-to-run error
reason-few-votes = a vote of { $k } needs { $k } samples per problem, not { $n }
reason-no-grades = none of the replies could be graded
reason-not-measured = { $metric } was not measured

departure = { $setting }: { PLAIN($published) } published, { PLAIN($measured) } measured

note-own-bound = our own error is a bound: one sample per problem
note-bound = the error of { $table }'s score is a bound from the score alone
note-samples-unknown = the samples per problem behind { $table }'s score are unknown: { $samples }, the fewest its source allows, are assumed
note-not-graded = { $failed } of { $samples } samples could not be graded, an error of ours, and { PLURAL($failed, "is", "are") } left out of the score
note-problems-left-out = { $left } of { $total } problems { PLURAL($left, "has", "have") } no graded sample and { PLURAL($left, "does", "do") } not count
note-decoding-unknown = it is unknown whether a score was decoded greedily: { $sampled } if it was sampled, { $greedy } if it was greedy
note-decoding-not-stated = these replies do not state whether they were decoded greedily: { $sampled } if they were sampled, { $greedy } if they were greedy; import them again with what is known, such as --protocol temperature=0.6
note-greedy-and-sampled = one score is greedy accuracy and the other pass@1 at a temperature: two quantities; the greedy one counts as one sample of each problem, which with up to about 280 problems nearly always leaves the verdict inconclusive
reason-copies = only { $distinct } of { $samples } samples { PLURAL($distinct, "is a draw of its own", "are draws of their own") }, irregularly: the server, a cache or the import repeats replies, and where some copies are seen others are not
note-every-draw-repeated = every reply is there { $times } { PLURAL($times, "time", "times") }: { $distinct } of { $samples } samples { PLURAL($distinct, "is a draw of its own", "are draws of their own") }, and the error rests on them
note-copies = { $distinct } of { $samples } samples { PLURAL($distinct, "is a draw of its own", "are draws of their own") }, the others are copies; the error rests on the draws
note-looks-declared = it was to be judged at { LIST($looks, ", ") } samples per problem, declared before the run; the tests share the 5% between these looks
note-looks-undeclared = the samples were raised after some were there ({ LIST($earlier, ", ") } per problem before), which was not declared: each such look is tested at a stricter level of its own, so that all together err in at most 5.5%
note-learned = the error rests on { $share }% of the bound that a score alone sets, as the seeds of { $models } { PLURAL($models, "model", "models") } bear out for such scores; by the plain bound the difference is { FIXED($low) } to { FIXED($high) } points at 95%: { $plain }

## What was registered before a run

registration-as-registered = as registered
registration-not-as-registered = not as registered
registration-not-registered = not registered
registration-alike = { $state } on { $date } (sha256 { $digest }…)
registration-differs = { $state } on { $date } (sha256 { $digest }…): { LIST($changes, "; ") }
registration-late = registered on { $date }, after the first sample ({ $first })
registration-of-run = Before the run: { $said }.
registration-of-all = Before the runs: all { $count } { $said }.
registration-of = { $run }, before the run: { $said }.
registered-changed = { $thing }: { PLAIN($then) } when registered, { PLAIN($now) } now
registered-changed-of = { $thing }, { $of }: { PLAIN($then) } when registered, { PLAIN($now) } now
registered-absent = none
registered-figures = published figure
registered-margins = margin
registered-claims = test of a claim
registered-protocol = protocol
registered-prompts = digest of the prompts
registered-graders = grader
registered-benchmarks = benchmark
registered-models = model
registered-samples = samples per problem
registered-looks = looks
registered-code = code

## Claims of articles

status-supported = supported
status-contradicted = contradicted
status-confirmed-by-record = confirmed by record
status-contradicted-by-record = contradicted by record
status-mixed = mixed
status-inconclusive = inconclusive
status-untested = untested
status-not-testable = not testable

kind-benchmark = benchmark
kind-efficiency = efficiency
kind-arithmetic = arithmetic
kind-artifact = artifact
kind-leaderboard = leaderboard
kind-hardware = hardware
kind-market = market
kind-opinion = opinion

claim-reason = { $status } (tier { $tier }). { LIST($findings, ". ") }
claim-untested = { LIST($findings, "; ") }
claim-not-testable = { $lacks }. { $reason }
lacks-run = No run at hand
lacks-record = No record at hand
lacks-both = Neither a run nor a record could settle it
claim-no-evidence = no evidence is at hand

finding = { $what }: { $status }; { LIST($details, "; ") }
finding-benchmarks = { $subject } { $relation } { $reference } on these tests: { $status }; { LIST($where, "; ") }
finding-by = by { $source }: { $finding }
finding-noted = { $finding } ({ LIST($notes, "; ") })

relation-ahead = ahead of
relation-on-par = on par with
relation-at-least = at least as good as
relation-lower = lower
relation-higher = higher

quantifier-some = some
quantifier-all = all
quantifier-listed = each

standing-holds = holds
standing-fails = fails
standing-open = open
standing-untested = untested
standing-not-comparable = not comparable
standing-no-error-is-known = no error is known
directions = its figure is the better one on { $ahead } of { $count }, the worse one on { $behind }
standing-on = { $standing } on { $benchmarks }

reason-score-unknown = one of the two scores is unknown
reason-no-chance = no error is known: chance plays no part in either score
reason-no-error-for = no error is known for { $metric }
reason-one-problem = no error is known: one problem says nothing of others
reason-metrics-differ = the two scores are of different metrics ({ $metrics })
reason-problems-differ = the two scores are of different problems ({ $counts })
reason-quantity-unknown = the quantity or its error is not known
reason-no-errors = neither side has an error

what-benchmarks = { $subject } { $relation } { $reference } { $where }
on-benchmark = on { $benchmark }
on-benchmarks = on { $quantifier } of { $count } benchmarks
what-computed = computed from the figures
what-artifact = { $field } of { $repository }
what-efficiency = { $relation } { $quantity } of { $subject } than of { $reference }
what-record = on record
what-quantity = { $quantity } of { $model }

artifact-license = license
artifact-weights-public = weights public
artifact-base-model = base model
artifact-parameters = parameters
artifact-release-date = release date
record-answers = claimed { $expected }, found { $found }

quantity-tokens-per-second = tokens per second
quantity-tokens-per-solved = tokens per solved
quantity-gpu-seconds-per-solved = GPU seconds per solved
quantity-cost-per-solved = cost per solved
quantity-active-parameters = active parameters
quantity-training-gpu-hours = training GPU hours
quantity-price-per-token = price per token
quantity-seconds-per-case = seconds per case

arithmetic = { $working } = { $value } { $unit }, claimed is { $claimed }
arithmetic-second = read another way: { $working } = { $value } { $unit } ({ $note })
range = { SIGNIFICANT($low) } to { SIGNIFICANT($high) }
range-one = { SIGNIFICANT($value) }
range-at-least = at least { SIGNIFICANT($low) }
range-at-most = at most { SIGNIFICANT($high) }
input-bound = { $input } is { $bound } this
bound-at-least = at least
bound-at-most = at most
bound-about = about
inputs-unconfirmed = not confirmed in a source: { $inputs }

benchmark-open = { $benchmark }: open, { $reason }
benchmark-ratio = { $benchmark }: { $standing }, { SIGNIFICANT($subject) } against { SIGNIFICANT($reference) }, a ratio of { FIXED($low, 2) } to { FIXED($high, 2) } at 95%
runs-needed = runs of { LIST($models, " and ") } are needed, none is at hand
proxy-tokens = { $model }: { FIXED($tokens, 0) } tokens per solved problem on { $benchmark }; this says nothing of { $subject } itself
run-damaged = { $run } does not fit together (`claimbench verify` says why) and counts as no evidence
run-unfinished = { $run }: { $model } on { $benchmark } is unfinished ({ $received } of { $asked } samples, { $graded } graded) and counts as no evidence

source-vendors = vendors' tables
source-figures = dated figures
source-our-run = our run
source-imported = imported outputs
source-at-commit = { $file }, line { $line }, commit { $commit }
source-on-page = { $file } ({ $url }, { $date })

note-weights = weights: { $weights }
note-measured-as = measured as { $model } on { $benchmark }
note-on-benchmark = { $benchmark }: { $note }
note-vendors = the figures of { $reference } are the vendors' (D)
note-other-table = the figures of { $reference } stand in another table ({ $tables }), by another protocol

disagreement = disagrees with { $other }: { $sides }
disagreement-sides = here: { $here }; there: { $there }

origin = { $status } ({ $tier })
origins = { LIST($origins, "; ") }
proxy-verdicts = { LIST($verdicts, "; ") }
proxy-verdict = { $status } ({ LIST($runs, "; ") })
proxy-verdict-more = { $status } ({ LIST($runs, "; ") }; { $more } more)
proxy-spent = { LIST($runs, "; ") }
proxy-spent-more = { LIST($runs, "; ") }; { $more } more
proxy-spent-run = { $benchmark } { FIXED($tokens, 0) } ({ $run }, { $tier })
proxy-in-part = { $verdict } in part
proxy-source = { $source } ({ $tier }): { $status }
proxy-counts = { LIST($models, "; ") }
proxy-model-counts = { $model }: { $counts }
count-of = { $count } { $what }

## Columns of tables

column-95-interval = 95% interval
column-agreement = agreement
column-all = all
column-answer-found = answer found
column-article = article
column-benchmark = benchmark
column-both-right = both right
column-both-wrong = both wrong
column-claim = claim
column-cons-k = cons@k
column-device = device
device-CPU-cores = CPU cores
device-endpoint = endpoint
device-replicas-on-Ray = replicas on Ray
column-device-seconds-per-solved = device-seconds per solved
column-difference = difference
column-distinct = distinct draws
column-distilled = distilled
column-dollars-per-solved = dollars per solved
column-end = end
column-gold = right answer
column-grader-errors = grader errors %
column-holm = Holm
column-holm-equal = Holm equal
column-in-our-words = in our words
column-k = k
column-kind = kind
column-lines = lines
column-lm-eval-s-filter = lm-eval's filter
column-lm-eval-s-metric = lm-eval's metric
column-lm-eval-s-stderr = lm-eval's stderr
column-lm-eval-s-value = lm-eval's value
column-margin = margin
column-mean = mean
column-mean-over-all-samples = mean over all samples
column-measured = measured
column-measured-by = measured by
column-metric = metric
column-model = model
column-needed-margin = needed margin
column-no-answer = no answer %
column-no-label-of-theirs = no label of theirs
column-not-graded-by-us = not graded by us
column-our-answer = our answer
column-our-pass-1 = our pass@1
column-our-reason = our reason
column-our-runs = our runs
column-ours = ours
column-outcome = outcome
column-p = p
column-p-difference = p difference
column-p-equal = p equal
column-p-likely = p likely
column-pass-1 = pass@1
column-pass-k = pass@k
column-problem = problem
column-problem-se = problem SE
column-problems-n = problems N
column-published = published
column-published-by = published by
column-received = received
column-repetition = repetition %
column-right = right
column-run = run
column-sample = sample
column-samples = samples
column-samples-n = samples n
column-sampling-se = sampling SE
column-sd-between-laboratories = sd between laboratories
column-sd-by-chance-at-most = sd by chance, at most
column-sd-by-chance-likely = sd by chance, likely
column-se-between-two-votes = SE between two votes
column-sentence = sentence
column-setting = setting
column-status = status
column-test = test
column-their-answer = their answer
column-their-reason = their reason
column-theirs = theirs
column-they-right-we-wrong = they right, we wrong
column-they-wrong-we-right = they wrong, we right
column-third-parties = third parties
column-tier = tier
column-tokens = tokens
column-tokens-mean = tokens mean
column-tokens-p95 = tokens p95
column-tokens-per-second = tokens per second
column-tokens-per-solved = tokens per solved
column-truncated = truncated %
column-vendor = vendor
column-vendors = vendors
column-registered = registered
column-verdict = verdict
column-verdicts = verdicts
column-why = in our words, and why
received-partial = { $received } (partial)
error-greedy = 0 (greedy)

## The report

page-language = English
page-skip = Skip to the content
page-contents = Contents
page-theme = Dark theme
page-partial = Partial: samples or grades are missing, so there are estimates and no verdicts.
page-no-script = Sorting, filtering and reading samples need JavaScript, which is switched off here.
page-runs-title = { $count } runs
page-no-verdicts = No published figure was judged in this run.
page-verdicts = Verdicts on published figures
page-verdicts-caption = Published figures against what was measured: scores in %, differences and margins in points. Details opens the sentence, the protocol differences and the source.
page-details = Details
page-details-of = Details: { $what }
page-departures = Where the protocols differ
page-one-sided-list = Stated by one side only: { LIST($departures, "; ") }
terminal-measurements = Measurements
terminal-verdicts = Verdicts
terminal-report = Report: { $path }
page-note = Note: { $note }
page-source-line = line { $line }
page-source-commit = commit { $commit }
page-measurements = Measurements
page-measurements-caption = What was measured; scores in %, errors in points.
page-replies = The replies
page-replies-caption = How the replies ended, in % of them, and how long they are.
page-problems = Problem by problem
page-votes = Votes and pass@k
page-votes-caption = pass@k: the chance that at least one of k samples is right. cons@k: the share of problems that a majority vote over k samples gets right, expected over which k are drawn; a sample without an answer casts no vote. SE between two votes: what the cons@k of two such runs differs by through chance alone. In %.
page-lm-eval = lm-eval's own figures
page-lm-eval-caption = What lm-eval's filters and metrics make of the same replies, in its own units (a share is from 0 to 1), with its standard error where that is a formula. With repeats its filters take one of them, or their vote; our score is the mean over all samples.
page-agreement = Their labels and our grades
page-agreement-caption = Samples that came with a label, by who counts them as right.
page-disagreements-caption = Where they differ: { $shown } of { $all }; tables/disagreements.csv has all.
page-claims = The claims of the articles
page-claims-note = Claims of articles to which this report speaks, each with what this report's runs (A), third parties (others' outputs that it graded, B; scores as others report them, C) and vendors (D) say of it, apart. The verdict is that of the best tier that judges the claim's own subject. Distilled: what the runs say of checkpoints distilled from a claim's subject; they are other models, and nothing of theirs counts for or against the claim. Reasons: tables/claims.csv. { $count } { PLURAL($count, "other is", "others are") } about other models, or cannot be tested by any run (`claimbench claims` lists all).
page-claims-none = None of the models that were measured here is one that a claim speaks of, or is distilled from one. tables/claims.csv has the { $count } testable { PLURAL($count, "claim", "claims") } as others' figures judge them.
page-claims-caption = Details opens the reason and what the runs say of distilled checkpoints.
page-proxies = Distilled checkpoints, beside their teacher: they count neither for nor against the claim
page-claim-lines = line { $lines } of the article
page-cost = Cost
page-cost-caption = A solved problem is a right sample; the tokens of wrong samples count as spent on it.
page-cost-note = Tokens per second is the model's over its whole run, from the first request to the last completion and without loading; device-seconds count every GPU (every core, where no GPU worked) for that time, shared out by tokens. Both depend on the machine, the engine and its load as much as on the model. Dollars are what the GPUs cost at the price given with `--gpu-hour`.
page-figures = Figures
page-evidence = Measured and published side by side
page-evidence-title = { $benchmark }: measured and published scores
page-evidence-note = Points with 95% sampling intervals; where a source gives no error, the interval is our estimate or a bound. Laboratories differ by protocol more than by chance.
page-curves = Score and length of replies
page-curve-title = { $model } on { $benchmark }: score by token cap
page-curve-short = Score by token cap
page-curve-desc = pass@1 had the token limit been lower: { $points }.
page-curve-exact = Score by token cap is recomputed from the stored samples. Of a reasoning model a cut reply holds no answer, so it is what a run with that limit would have scored (but where a cut falls behind the answer). The band is the 95% sampling interval.
page-curve-bound = Score by token cap is recomputed from the stored samples. Of a model without a reasoning block it is a lower bound: an answer may stand before the cut.
page-score-axis = score, %
page-cap-axis = token cap
page-lengths-title = { $model } on { $benchmark }: lengths of replies
page-lengths-short = Lengths of replies
page-lengths-desc = { $right } right, { $wrong } not right, { $cut } not right and cut by the limit, { $ungraded } not graded; by number of tokens.
page-lengths-unknown = the imported outputs do not state their tokens.
page-tokens-axis = tokens
page-replies-axis = replies
page-shares-note = { $truncated }% of the replies were cut by the limit; { $looped }% were cut while they repeated themselves.
page-samples = Samples
page-samples-caption = Stored replies, failures first.
page-samples-all = All { $shown } stored { PLURAL($shown, "sample is", "samples are") } in this file.
page-samples-some = { $shown } of { $stored } stored samples { PLURAL($shown, "is", "are") } in this file, failures first: { $failures } of { $failures_stored } that are not right and { $right } of { $right_stored } right ones. { $left } { PLURAL($left, "is left out; it is", "are left out; they are") } in the run folder.
page-samples-none = This report was made without samples and problems (--no-samples); they are in the run folder.
page-reading = How to read this
page-about = The run
page-about-many = The runs
page-about-run = The run { $run }
page-filter = Filter
page-filter-samples = Filter by problem or answer
page-cell = Model and benchmark
page-more = The other { $count }
page-all = all

origin-ours = our run
origin-recorded = our recorded figure
origin-third-party = third party
origin-vendor = vendor

replies-right = right
replies-wrong = not right
replies-cut = not right, cut
replies-ungraded = not graded

legend-sampling-se = Sampling SE: what a rerun on the same problems would vary by. A published figure on the same problems is compared with it.
legend-problem-se = Problem SE: what other problems like these would vary by.
legend-shares = Truncated: replies cut by the token limit. No answer: replies in which no answer was found. Repetition: replies that were cut while their last characters repeated exactly (a lower bound, repetitions with small changes are not found).
legend-grader-errors = Grader errors are replies that the grader could not judge: an error of ours, left out of the score and never counted as wrong.
legend-verdicts = Reproduced: equal within the margin that was fixed before the run. Lower or higher: a difference is shown and equality is not. Inconclusive: neither. Not comparable: the two scores are of different things. Needed margin: the smallest margin at which the figure would count as reproduced.
legend-tiers = Evidence tiers: A our run, B a third party's raw outputs graded by us, C a third party's score, D the vendor's own figure.

## Samples, read in the page

script-shown-rows = { $shown } of { $all } rows
script-all-rows = Show all { $all } rows
script-rows-range = { $from } to { $to } of { $all } samples
script-nothing = No sample matches.
script-open = Read
script-previous = Previous
script-next = Next
script-close = Close
script-question = Question
script-choices = Choices as shown
script-gold = Right answer
script-reasoning = Reasoning
script-reply = Reply
script-never-ended = The reasoning never ended: there is no answer.
script-grade = Grade
script-reason = reason
script-prompt-tokens = prompt tokens
script-tokens = tokens
script-seconds = seconds
script-end = end
script-seed = seed
script-outcome = outcome
script-answer = answer found
script-stop = ended
script-length = cut
script-loop = repetition
script-unknown = unknown
script-loading = Opening…
script-failed = The samples could not be unpacked: this browser is too old for it.
script-sample = sample

outcome-correct = right
outcome-right = right
outcome-wrong = wrong
outcome-no-answer = no answer
outcome-no-code = no code
outcome-grader-error = grader error
outcome-sandbox-error = sandbox error
outcome-wrong-answer = wrong answer
outcome-runtime-error = runtime error
outcome-time-limit = time limit
outcome-memory-limit = memory limit
outcome-ungraded = not graded
outcome-not-graded = not graded

## Pages of evidence

legend-statuses = A claim's status is that of the best tier that judges its own subject. Supported, contradicted; mixed: some of what is claimed holds, some fails; inconclusive: the errors are too large, or a part is untested; confirmed or contradicted by record: a fact that a public record settles, with its place; untested: a run could test it, none has; not testable: neither a run nor a record is at hand, with which of the two is lacking.
legend-family = Tests are corrected by Holm within a vendor's table, a model and a third party; the sentence says where a test alone would say otherwise. What is compared is one laboratory's figure under its protocol with the vendor's under its own.

evidence-runs = Own runs read: { $runs }.
evidence-no-runs = none
evidence-left-out = Left out: { $what }.
evidence-why = { LIST($parts, "; ") }
evidence-proxies = Distilled checkpoints, beside their teacher
evidence-proxies-note = What the same tests say of the distilled checkpoints. They are other models: nothing here counts for or against a claim about their teacher. In part: this source has figures on some of the benchmarks only, and the others could change the verdict.
evidence-published = Third parties' figures against the vendor's
evidence-paired = Models on the same problems
evidence-paired-note = Where a source gives the score of each problem, two models are compared problem by problem, in points, above 0 where the first scored higher. The 95% interval and the problem SE (paired) are about problems like these; the sampling SE is about a rerun on these very problems.
evidence-laboratories = Between laboratories
evidence-laboratories-note = The standard deviation of the third parties' figures of one model on one benchmark, beside what sampling alone would give: at most, from the scores alone; and likely, from the standard deviations over seeds that one of the laboratories publishes for that benchmark. Where the second p is small, laboratories differ by protocol more than by chance, and a verdict on one of them holds for its protocol only. Cochran's test over all models:
evidence-alone = Not re-measured
evidence-alone-note = Figures of the same models for which no third party's figure is at hand:
evidence-untestable = not testable as published: { $reason }
heterogeneity-bound = Q = { FIXED($q) } on { $df } { PLURAL($df, "degree", "degrees") } of freedom against the largest errors possible, p = { $p }
heterogeneity-likely = Q = { FIXED($q) } on { $df } { PLURAL($df, "degree", "degrees") } of freedom against likely errors, which were estimated on { $errors } { PLURAL($errors, "degree", "degrees") } of freedom, p = { $p }

## What a run was

about-sampling = Sampling
about-seed = Seed
about-engine = Engine
about-prompts = Prompts
about-checkpoint = Checkpoint of { $model }
about-departure = Departure of { $model }
about-outputs = Outputs of
about-files = Read from
about-digest = Digest of the files
about-stated = Protocol as stated
about-importer = Stated by the importer
about-unknown = Unknown
about-note = Note
doubt-no-answer = { $model } on { $benchmark }: no answer was found in { $percent }% of the replies, so the score says first how many have one; read some of them before believing it
doubt-grader-errors = { $model } on { $benchmark }: { $percent }% of the replies could not be graded, an error that is not the model's, and are left out of the score; the reasons are in the grades
about-left-out = Left out, for example
about-server = Server of { $model }
server-hidden = it kept the reasoning of { $count } { PLURAL($count, "reply", "replies") } to itself; what it shows is graded as the answer
server-unended = { $count } of the first { $of } replies { PLURAL($count, "never ends its reasoning, though it is whole", "never end their reasoning, though they are whole") }; the server seems to hide it
server-all-reasoning = { $count } of the first { $of } replies { PLURAL($count, "stands", "stand") } whole in the field of the reasoning; the server's reasoning parser seems not to fit the model
server-empty = { $count } of the first { $of } replies { PLURAL($count, "is", "are") } empty; the server seems to drop what the model writes
about-outcomes = Outcomes of { $model } on { $benchmark }
about-isolation = Isolation of { $model } on { $benchmark }
about-quirks = LiveCodeBench's quirks, { $model } on { $benchmark }
about-extraction = LiveCodeBench's extraction, { $model } on { $benchmark }
about-rating = Rating of { $model } on { $benchmark } (an estimate)

nothing = nothing
nothing-of-protocol = nothing of the protocol
stated = { $setting } { PLAIN($value) }

isolation = { LIST($parts, "; ") }
isolation-namespaces = namespaces
isolation-landlock = Landlock
isolation-seccomp = seccomp
isolation-rlimits = rlimits
isolation-none = no program was run
passes-run-again = { $count } { PLURAL($count, "pass", "passes") } run again test by test, { $differ } of them disagreed
quirks = they decide here: { $right } { PLURAL($right, "program is", "programs are") } right with them and { $plain } without; { $differs } { PLURAL($differs, "verdict differs", "verdicts differ") }
extraction = takes another program from { $differs } { PLURAL($differs, "reply", "replies") }; { $gains } more { PLURAL($gains, "is", "are") } right, { $loses } fewer
rating = { $best } (95% { $low } to { $high }), at which what was solved is most likely; not a rating that any site gave
rating-nothing-solved = at most { $high } (one-sided, 95%): nothing was solved
rating-all-solved = at least { $low } (one-sided, 95%): all was solved
unbounded = unbounded

weights-departures = { LIST($parts, "; ") }
weights-served = as an endpoint serves them under the name { $name }, on its word
weights-alias = as an endpoint serves them under the name { $name }, an alias: evidence about that alias, nothing else
weights-gguf = GGUF weights, quantization { $quantization } ({ $file }), computed by llama.cpp, not the checkpoint's
weights-gguf-served = GGUF weights, quantization { $quantization }, on the word of a running llama.cpp server, not the checkpoint's
weights-local = local checkpoint { $folder }
weights-note = { $note }
weights-dequantized = weights of the GGUF file { $file }, dequantized
prompt-drafted = prompt rules taken from the checkpoint's chat template, read by no person
benchmark-drafted = columns, prompt and grader of { $benchmarks } guessed from the data, read by no person
weights-adapter = with the LoRA adapter { $folder } (rank { $rank })
weights-quantized = quantized: { $method }
weights-quantized-bits = quantized: { $method }, { $bits } { PLURAL($bits, "bit", "bits") }
weights-quantized-here = quantized while loading: { $method }
weights-kv-dtype = KV cache in { $dtype }
weights-dtype = computed in { $dtype }, not in the checkpoint's { $checkpoint }

protocol-samples-per-problem = samples per problem
protocol-engine = engine
protocol-prompt = prompt
protocol-system = system text
protocol-weights = weights
setting-none = none
setting-applied = applied
setting-text = text
setting-chat-turns = chat turns
setting-pinned = the pinned checkpoint
setting-servers-own = the server's own
setting-servers-template = as the server's chat template has it
setting-token-ids = token ids, asserted before they are sent; the server's own count of them agrees
setting-counted-chat = chat turns: the template is the server's; its tokens are as many as ours, and the same where the server states them
setting-chat = chat turns only: the template is the server's and is not checked

task-setting = { $setting } { PLAIN($run) } (task: { PLAIN($task) })
task-stop-dropped = no stop at { $stop }
task-column = column { $column } read from { $source }

## Imported outputs

import-title = Outputs of { $who }: { $model } on { $benchmark }
import-user = a user of { $tool }
import-outputs = { $who } (not our run; evidence tier { $tier })
import-files = { $tool }: { $files }
import-labels-only = their labels are taken as they are: nothing was graded by us (tier C)
import-unmatched = { $rows } { PLURAL($rows, "row fits no problem and is", "rows fit no problem and are") } left out
import-by-id = { $count } of { $rows } responses { PLURAL($count, "was matched by its id alone: its question is", "were matched by their id alone: their questions are") } not ours word by word
import-by-spacing = { $count } of { $rows } responses { PLURAL($count, "was matched by its", "were matched by their") } question without its white space
import-by-likeness = { $count } of { $rows } responses { PLURAL($count, "was", "were") } matched by a question that is written otherwise than ours, and the same gold
import-other-gold = { $count } of { $rows } responses { PLURAL($count, "has", "have") } one of our questions and another gold: { PLURAL($count, "it is", "they are") } graded by ours
import-denied = { $count } { PLURAL($count, "row is left out because its", "rows are left out because their") } gold is not that of the problem whose id, or whose question with other spacing, { PLURAL($count, "it has", "they have") }
import-worked-golds = { PLURAL($count, "the gold", "the golds") } of { $count } of { $rows } responses { PLURAL($count, "is a worked solution", "are worked solutions") }: the answer behind ####, or in the last box, is taken
import-bare = { $count } of { $rows } responses { PLURAL($count, "is", "are") } nothing but an answer, and { PLURAL($count, "is", "are") } graded as one
import-no-reasoning-end = no response holds { $tag }, which ends this model's reasoning, so each counts as wrong: if the file's maker took the reasoning out, say so with --protocol reasoning=removed
import-few-reasoning-ends = { $count } of { $rows } responses { PLURAL($count, "holds", "hold") } no { $tag }, which ends this model's reasoning, and { PLURAL($count, "counts", "count") } as wrong: if the file's maker took the reasoning out, say so with --protocol reasoning=removed
import-over-limit = { $count } { PLURAL($count, "response is", "responses are") } longer than the stated max_tokens of { $limit } allows
import-cut-early = { $count } responses break off, half of them within { $tokens } tokens: the stated max_tokens of { $limit } did not cut them
import-cut-early-bytes = { $count } responses break off, half of them within about { $tokens } tokens by their length: the stated max_tokens of { $limit } did not cut them
import-no-labels = { $count } of { $rows } responses { PLURAL($count, "has", "have") } no label of theirs
import-no-response = { $count } of { $rows } rows { PLURAL($count, "has", "have") } no response in the file, and { PLURAL($count, "counts", "count") } as wrong, as whoever imported them chose (--missing-as-wrong)
import-empty = { $count } of { $rows } responses { PLURAL($count, "is empty, and counts", "are empty, and count") } as wrong
import-no-tokens = tokens are not stated
import-no-finish = finish reasons are not stated
import-one-model = only the rows of the model { $model } are taken
import-filter = labels are those of lm-eval's filter { $filter }; other filters are left out
import-no-results-beside = no results_<date>.json of the same date lies beside the samples
import-no-results-found = no results_<date>.json of the same date was found
import-eee-result = only the rows of the result { $result } are taken
import-lighteval = lighteval keeps no finish reason
import-livecodebench = a submission does not state its model, its sampling or its tokens
import-base-tests = their labels are those of the base tests, as the benchmark's are
import-evalplus = the solutions EvalPlus ran are kept, which its own sanitizer cut out of the replies
import-evalplus-alone = EvalPlus runs a solution alone, and so it is run here: without the imports and helpers of the prompt, which stand before other replies
import-inspect-status = the log's status is { $status }, not success

## Compared runs

comparison-better = better
comparison-worse = worse
comparison-equivalent = equivalent
comparison-not-worse = not worse
comparison-inconclusive = inconclusive


## Runs against a reference run (compare)

compare-headline = { $names } on { $benchmark }: { $outcome } ({ FIXED($score) }% against { FIXED($reference) }%; { $found })
compare-names = { $run } against { $reference }
compare-better = better by { FIXED($gap) } points
compare-worse = worse by { FIXED($gap) } points
compare-equivalent = equivalent within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") }
compare-not-worse = not worse by { SHORT($margin) } { PLURAL($margin, "point", "points") } or more
compare-shown-alone = inconclusive; a difference is shown alone, but not among { $family } comparisons
compare-lower-here = lower on these problems, inconclusive for other problems like them
compare-higher-here = higher on these problems, inconclusive for other problems like them
compare-undecided = inconclusive, neither a difference nor equality is shown; only a difference of { FIXED($detectable) } points or more shows reliably
compare-undecided-ever = inconclusive, neither a difference nor equality is shown; with so few problems no difference shows reliably
compare-same-samples = no finding, as both hold the very same samples
compare-same-why = one is a copy of the other, or both were drawn with the same seed
compare-contained = every sample of { $inner } is in { $outer }, too: the two are no independent draws
compare-interval = 95% interval { SIGNED($low) } to { SIGNED($high) }
compare-found = { SIGNED($difference) } points, 95% interval { SIGNED($low) } to { SIGNED($high) }
compare-counts = { $better } of { $common } problems better, { $worse } worse
compare-partly = { $common } of { $problems } problems { PLURAL($common, "is", "are") } compared
compare-groups = the { $common } problems come in { $groups } groups: the error on such problems is that of the groups
compare-mcnemar = the interval leaves out 0, but the exact test, which decides, does not show a difference (McNemar, p { SIGNIFICANT($p) })
compare-these = both run again and again on these very problems: { $found }
compare-power = a true difference of { SHORT($margin) } { PLURAL($margin, "point", "points") } would be found with a chance of { FIXED($power, 0) }%, one of { FIXED($detectable) } points with a chance of 80%
compare-power-none = a true difference of { SHORT($margin) } { PLURAL($margin, "point", "points") } would be found with a chance of { FIXED($power, 0) }%; no difference would be with a chance of 80%
compare-needed = were the difference seen the true one, about { $needed } { PLURAL($needed, "problem", "problems") } like these would show it with a chance of 80% (here { $common })
compare-tokens = tokens per right sample: { FIXED($run, 0) } against { FIXED($reference, 0) }
compare-devices = device seconds per right sample: { SIGNIFICANT($run) } ({ $device }) against { SIGNIFICANT($reference) } ({ $reference_device })
compare-holm = p { SIGNIFICANT($p) }, { SIGNIFICANT($adjusted) } among { $family } comparisons (Holm)
compare-ids-only = the texts of the problems are not in both folders: problems are matched by id alone
compare-copies = { $run }: { $distinct } of { $samples } samples { PLURAL($distinct, "is a draw of its own", "are draws of their own") }, the others are copies
compare-setting = { $setting }: { PLAIN($reference) } in the reference, { PLAIN($run) } here
compare-most-worse = worse most: { LIST($problems, "; ") }
compare-most-better = better most: { LIST($problems, "; ") }
compare-changes-worse = Problems that got worse most (right samples, reference then run)
compare-changes-better = Problems that got better most (right samples, reference then run)
compare-change = { $problem }: { $before } of { $of } → { $after } of { $then }
column-public-before = public before the checkpoint
public-all = all
public-none = none
public-in-part = in part
public-unknown = unknown
column-before = public before
column-after = public after
column-score-before = score before %
column-score-after = score after %
page-contrast = Problems from before and after the checkpoint
contrast-of = { $model }: { $after } less { $before }, with its 95% interval
page-contrast-caption = Like benchmarks (contests of the same kind), one whose problems were public before the checkpoint and one whose problems came after it. The difference is the later score minus the earlier one, in points, with its 95% interval on such problems (Welch). A lower later score is what contamination would look like; a harder contest looks the same, so this decides nothing alone.
summary-cut = The rest is in the report: a job's summary holds no more.
page-comparison = Comparison
page-comparison-figures = Figures of the comparison
legend-comparison = Differences are in points, run minus reference, paired by problem. On such problems: what the difference would be on other problems like these, by Student's t over the problems (with one sample per problem, or few problems that differ, by the interval of Bonett and Price, where only McNemar's exact test shows a difference). On these problems: what a rerun of both on these very problems would show. Better, worse: a difference is shown on such problems; equivalent: it is shown to lie within the margin; not worse: it is shown not to be worse by the margin asked for; inconclusive: none of these. With several comparisons the outcome rests on p-values after Holm's correction. Detectable: the difference that would have been found with a power of 80%.
column-reference = reference
column-n = n
column-reference-score = reference score %
column-score = score %
column-95-on-such-problems = 95% on such problems
column-95-on-these-problems = 95% on these problems
column-p-holm = p (Holm)
column-p-equivalence-holm = p of equivalence (Holm)
column-detectable = detectable
column-better = better
column-worse = worse
column-reference-tokens = reference tokens
column-reference-truncated = reference truncated %
column-tokens-per-right = tokens per right sample
column-reference-tokens-per-right = reference tokens per right sample
column-device-seconds-per-right = device seconds per right sample
column-reference-device-seconds-per-right = reference device seconds per right sample
column-reference-right = reference right
column-change = change

verdict-among-laboratories = { $scores }: { $finding }; as laboratories go, { $laboratories }
among-laboratories-usual = not unusual
among-laboratories-unusual = unusual
note-laboratories-usual = laboratories that measure the same differ by up to { FIXED($half) } points (standard deviation { FIXED($sd) }, { $df } { PLURAL($df, "degree", "degrees") } of freedom): this difference is not unusual
note-laboratories-unusual = laboratories that measure the same differ by up to { FIXED($half) } points (standard deviation { FIXED($sd) }, { $df } { PLURAL($df, "degree", "degrees") } of freedom): this difference is unusual
note-tipping = { $grades } wrong { PLURAL($grades, "grade", "grades") } would change the verdict
note-tipping-up = { $grades } wrong { PLURAL($grades, "grade", "grades") } would change the verdict; so would a grader that misses { SIGNIFICANT($rate) }% of the right answers ({ $upwards } { PLURAL($upwards, "grade", "grades") })
note-not-fragile = { $grades } wrong { PLURAL($grades, "grade", "grades") } would change the verdict; so would a grader that misses { SIGNIFICANT($rate) }% of the right answers ({ $upwards } { PLURAL($upwards, "grade", "grades") }); a looser reading finds { $suspects } { PLURAL($suspects, "suspect", "suspects") }
note-fragile = fragile: a grader that misses { SIGNIFICANT($rate) }% of the right answers ({ $upwards } { PLURAL($upwards, "grade", "grades") }) would change the verdict, and a looser reading finds { $suspects } { PLURAL($suspects, "suspect", "suspects") }
page-change-axis = change in points
page-problems-axis = problems, the largest loss first
page-paired-title = { $names } against { $reference }, problem by problem
page-paired-desc = { $better } { PLURAL($better, "problem", "problems") } better, { $worse } worse, { $same } the same
page-paired-note = Each dot is a problem: its share of right samples here less that in the reference. The line is the mean, the band its 95% interval on such problems.
differing-lower = Lower: { LIST($figures, "; ") }.
differing-higher = Higher: { LIST($figures, "; ") }.
differing-figure = { $model } on { $figure }, { FIXED($measured) }% where { SHORT($published) }% was published
differing-more = { $count } more
verdict-count = { $count } { $verdict }
verdict-sum = Of { $total } { PLURAL($total, "figure", "figures") } { LIST($counts, ", ") }.
verdict-sum-by-chance = Of { $total } { PLURAL($total, "figure", "figures") } { LIST($counts, ", ") }. Were every score equal to the published one, about { FIXED($chance, 2) } would be lower or higher by chance alone.

## Pages for readers of the articles

claims-cut = Long reasons are cut (…): `claimbench claims --article ID` shows those of one article in full.
claims-unheard = { $run } speaks to none of these claims: they are about other models, or other benchmarks, than it measured.
reader-title = What five articles claimed of DeepSeek, checked
reader-intro = Each claim is in our own words. The verdict comes from public figures and records, with their places; how it is made is in docs/evidence.md.
reader-plain-words = Holds: the figures or the record bear the claim out. Fails: they say otherwise. In part: some of what is claimed holds, some fails. Open: the figures are too uncertain, or something is unmeasured. Beyond testing: neither a measurement nor a record at hand can settle it.
reader-article = article
reader-date = date
reader-all = all
reader-day-inferred = The day follows from the text.
reader-no-link = No link is on record.
reader-benchmarks = { $count ->
    [one] One comparison
   *[other] { $count } comparisons
}: { $holds } for the claim, { $fails } against it, { $open } open.
reader-sums = { $count ->
    [one] One calculation
   *[other] { $count } calculations
}: { $agree } for the claim, { $differ } against it.
reader-records = { $count ->
    [one] One fact
   *[other] { $count } facts
} looked up: { $agree } as claimed, { $differ } not.
reader-scores = { $benchmark }: { $subject } { SIGNIFICANT($subject_value) }, { $reference } { SIGNIFICANT($reference_value) }
reader-figure = Strongest figure
reader-source = Source
reader-settles = What would settle it
reader-details = How this was judged
reader-id = claim
reader-lines = lines of the article
reader-kind = kind
reader-verdict = verdict
reader-tier = by tier { $tier } alone
reader-why = why
reader-note = note
reader-disagreement = other articles
plain-holds = holds
plain-fails = fails
plain-in-part = holds in part
plain-open = open
plain-beyond-testing = beyond testing
settles-measured-again = Settled by these figures; a run of our own on the same tests would be stronger still.
settles-more-samples = A run of both models on the tests that are open, with enough samples of each problem.
settles-the-source = The exact figure, where the source gives only a range or a floor.
settles-nothing-more = Nothing more: the source can be looked up.
settles-run = A run that names model, test and settings.
settles-record = A public record of it, dated.
settles-both = Nothing that can be measured or looked up: it is a judgement or a forecast.
# --- a run generated again (claimbench repeat) ---
repeat-headline = { $model } on { $benchmark }: { $repeated } of { $samples } samples generated again
repeat-equal = equal texts: { $count } of { $of } ({ FIXED($share) }%, 95% interval { FIXED($low) } to { FIXED($high) }%)
repeat-first = where texts differ, they do from token { $median } on (median; at the earliest from token { $least } on)
repeat-flips = grades that flip: { $count } of { $of } ({ FIXED($share) }%, 95% interval { FIXED($low) } to { FIXED($high) }%); { $up } to right, { $down } to wrong
repeat-no-flips = grades that flip: none of { $of } (with 95% confidence at most { FIXED($bound) }%)
repeat-score = score of these samples: { FIXED($before) }% then, { FIXED($after) }% now; generated again, the whole run would move by { SIGNED($gap) } points, 95% interval { SIGNED($low) } to { SIGNED($high) }
repeat-score-bound = score of these samples: { FIXED($before) }% then and now; generated again, the whole run would move by at most { FIXED($high) } points
repeat-ungraded = none of these samples has a grade
repeat-setting = engine.{ $setting }: { $before } then, { $after } now

## The answer first

page-answer = The answer
page-answers-many = { $count } published { PLURAL($count, "figure was", "figures were") } judged. The picture counts them by model and benchmark; each stands with its reasons in the table below.
answer-scores = { $model } scores { FIXED($measured) }% on { $benchmark }; { SHORT($published) }% was { $by ->
    [claimed] claimed
   *[other] published
}.
answer-scores-partly = { $model } scores { FIXED($measured) }% on { $benchmark } in outputs of others that were graded here; { SHORT($published) }% was { $by ->
    [claimed] claimed
   *[other] published
}.
answer-unmeasured = { $model } was not measured so on { $benchmark }; { SHORT($published) }% was { $by ->
    [claimed] claimed
   *[other] published
}.
answer-score = { $model } scores { FIXED($score) }% on { $benchmark }.
answer-score-none = { $model } has no score on { $benchmark }: none of its replies could be graded.
answer-score-partial = { $model } scores { FIXED($score) }% on { $benchmark } so far, with { $received } of { $asked } samples.
answer-compared = { $names } on { $benchmark }: { FIXED($score) }% against { FIXED($reference) }%.
answer-reproduced = the difference lies within ±{ SHORT($margin) } { PLURAL($margin, "point", "points") }
answer-apart = by { FIXED($gap) } points, more than chance explains
answer-apart-greedy = by { FIXED($gap) } points, more than the margin of ±{ SHORT($margin) }
answer-open-decoding = whether the score was sampled or greedy is not published, and it decides the verdict
answer-open-decoding-ours = whether these replies were sampled or greedy is not stated, and it decides the verdict
answer-basis = Measured with { $problems } { PLURAL($problems, "problem", "problems") }, { $samples ->
    [one] one reply
   *[other] { $samples } replies
} to each. { $by ->
    [claimed] The figure beside it is the run file's own (key claimed).
   *[other] The published figure is from { $by }.
}
answer-by = { $by ->
    [claimed] The figure is the run file's own (key claimed).
   *[other] The published figure is from { $by }.
}
answer-verdict = { $word }: { $finding }
answer-with-looks = { $finding }; { $looks }
answer-with-plain = { $finding }; by the plain bound on the error { $plain }
answer-how-sure = How sure?
answer-why = What the picture shows
answer-change = What could change it
answer-beside = To look it up
answer-no-claims = None of the articles' { $count } testable claims is about what was measured here:
answer-claims-file = see what others' figures make of them
certainty-very-sure = Very sure
certainty-sure = Sure
certainty-fairly-sure = Fairly sure
certainty-unsure = Not sure
certainty-equal = { $level }: were the two scores really { SHORT($margin) } { PLURAL($margin, "point", "points") } or more apart, chance would bring them this close at most once in { SIGNIFICANT($odds) } times.
certainty-apart = { $level }: were the two scores really equal, chance would part them this far at most once in { SIGNIFICANT($odds) } times.
certainty-greedy = Chance plays no part: both sides take the likeliest token every time, so the same run gives the same score. What remains is how each side measured.
certainty-open = Not decided yet: { $remedy }.
certainty-decoding = Not decided, and no number of samples would: it takes knowing how the published score was decoded.
certainty-decoding-ours = Not decided, and no number of samples would: it takes knowing how these replies were decoded (import them again with --protocol temperature=…).
verdicts-hang-on-decoding = { $count ->
    [one] 1 verdict hangs
   *[other] { $count } verdicts hang
 } on whether these replies were sampled or greedy, which they do not state: import them again with what is known, such as --protocol temperature=0.6
certainty-none = No judgement is given.
certainty-partial = Not sure, and likely too high: samples are missing, what finishes first is short, and short replies are right more often than long ones.
answer-basis-uneven = Measured with { $problems } { PLURAL($problems, "problem", "problems") }, { $fewest } to { $most } replies to each. { $by ->
    [claimed] The figure beside it is the run file's own (key claimed).
   *[other] The published figure is from { $by }.
}
certainty-score = Asked the same problems again and again, it would average { FIXED($low) } to { FIXED($high) }% (95% interval); other problems like these move the score by about { FIXED($se) } points either way.
certainty-score-greedy = The same run again gives the same score; other problems like these move it by about { FIXED($se) } points either way.
certainty-score-alike = Asked the same problems again and again, it would average { FIXED($low) } to { FIXED($high) }% (95% interval); as all problems came out alike, nothing is known of how far other problems would move the score.
certainty-score-greedy-alike = The same run again gives the same score; as all problems came out alike, nothing is known of how far other problems would move it.
certainty-score-single = Asked the same problem again and again, it would average { FIXED($low) } to { FIXED($high) }% (95% interval); one problem says nothing of how far others would move the score.
certainty-score-greedy-single = The same run again gives the same score; one problem says nothing of how far others would move it.
certainty-score-unknown = How much another run would differ is not known.
certainty-compared = Not decided: only a difference of { FIXED($detectable) } points or more would show reliably with so many problems and samples.
certainty-compared-none = Not decided: with so few problems no difference would show reliably.
certainty-same-samples = Nothing was compared: one is a copy of the other, or both were drawn with the same seed, and a difference of 0 says nothing of the models.
why-inside = The thick line, the 90% interval of the difference, lies inside the margin: scores this alike count as equal.
why-apart = The thin line, the 95% interval, does not reach zero: the scores differ. The thick line is not shown to lie inside the margin.
why-open = The thin line, the 95% interval, reaches zero, so no difference is shown; the thick line, the 90% interval, leaves the margin, so equality is not shown either.
why-open-apart = Alone this line does not reach zero; judged together with the others that were tested, a difference is not shown.
why-open-inside = Alone the thick line lies inside the margin; judged together with the others that were tested, equality is not shown.
why-exact-inside = There is no chance and so no line: the dot lies inside the margin.
why-exact-outside = There is no chance and so no line: the dot lies outside the margin.
chip-departures = { $count ->
    [one] 1 known difference in protocol
   *[other] { $count } known differences in protocol
}
chip-one-sided = { $count ->
    [one] 1 setting is stated by one side only
   *[other] { $count } settings are stated by one side only
}
chip-notes = { $count ->
    [one] 1 note
   *[other] { $count } notes
}
chip-source = where it was published
chip-tier = evidence tier { $tier }
chip-fragile = fragile
chip-tipping = { $grades ->
    [one] 1 wrong grade
   *[other] { $grades } wrong grades
}
chip-labs-usual = not unusual between laboratories
chip-labs-unusual = unusual between laboratories
chip-truncated = { $share }% of replies truncated
chip-truncated-why = These replies were cut by the token limit. A higher limit could let some of them end in a right answer.
chip-details = details
chip-not-registered-why = What would be judged, and how, was not written down before the run; so nobody can see that nothing was chosen with the scores in view.
strip-title = The difference: { SIGNED($difference) } points
strip-said = { LIST($parts, " ") }
strip-said-found = The difference is { SIGNED($difference) } points.
strip-said-margin = The margin is ±{ SHORT($margin) } { PLURAL($margin, "point", "points") }.
strip-said-interval = The { $level }% interval is { SIGNED($low) } to { SIGNED($high) }.
strip-said-others = Other laboratories found differences of { $values } points.
strip-said-usual = Two laboratories differ by up to { FIXED($half) } points in 95 of 100 cases.
strip-axis = difference, points
strip-zero = no difference
strip-margin = margin: counts as equal
strip-found = the difference found
strip-interval-90 = its 90% interval
strip-interval-95 = its 95% interval
strip-others = other laboratories
strip-usual = usual between laboratories (95%)
page-matrix-caption = Verdicts by model and benchmark; a number counts verdicts, a figure in points is the difference of a single one.
page-judgements = All verdicts
matrix-field = { $word } { $text }
legend-pass-1 = pass@1: the share of samples that are right, averaged over the problems.
legend-interval = 95% interval: what is consistent with the samples; made anew from another run, it would miss the true value in 5 of 100 cases. The 90% interval is the one that equality is tested by: two one-sided tests at 5%.
legend-margin = Margin: the difference, fixed before the run, up to which two scores count as equal. Needed margin: the smallest at which this figure would count as reproduced.
legend-equivalence = Equivalence: it is not enough that no difference is shown, since few samples show none; the difference has to be shown to lie within the margin.
legend-holm = Holm: the more figures are tested together, the more often one is off by chance; Holm's correction asks for stronger evidence, so that any false finding among them stays below 5%.
legend-distinct = Distinct draws: samples that are draws of their own; the others are copies of them.

## Problem by problem, and one sample

page-problems-note = Each bar is a problem, in the order of the benchmark or as the table below is sorted; its parts are the samples of that problem by what became of them. Of two runs it is the change, the largest loss first.
page-problems-caption = Problems, how many of their samples are right, and what became of the others.
page-pairs-caption = Problems in both runs: right samples of the reference and of the run, and the change of their share in points.
script-problems-range = { $from } to { $to } of { $all } problems
script-of = { $right } of { $all }
script-strip = { $all } problems: { $solved } always right, { $never } never
script-pairs = { $all } problems: { $better } better, { $worse } worse
script-problem-said = { $problem }: { $right } of { $all } right
script-pair-said = { $problem }: { $before } right, then { $after }
script-only = Problem { $problem } alone: show all
script-characters = { $count } characters
script-searching = searching: { $part } of { $all } parts
script-right = right
script-cut = not right, cut
script-better = better
script-worse = worse
script-against = against
script-rule = rule
script-prompt = Prompt as it was sent
script-prompt-unknown = The prompt as it was sent was not stored with this run.
script-program = Program that was tested
script-link = Link to this sample
script-raw = As written
page-deep = in the texts, too
rule-integer = the last number by the rule that is named counts, read as a whole number and compared exactly
rule-number = the last number by the rule that is named counts, read exactly and compared exactly
rule-latex = the last answer in a box counts, or what the rule that is named finds; both sides are compared as mathematics
rule-choice = the letter of the answer counts, compared with that of the right option as it was shown
rule-code = the last program of the reply runs against the problem's tests in a sandbox, and counts where all pass
rule-label = the label that came with the sample; nothing was graded here
rule-lm-eval = the filter and the metric of lm-eval's own task
column-samples-cut = truncated
column-samples-without-answer = no answer

script-tests = Tests of this problem
script-tests-said = { $passed } passed, { $failed } failed, { $unjudged } not judged.
script-first-failing = The first that fails is test { $test } of { $count }.
script-test-input = its input
script-test-expected = expected
script-test-got = got
script-sort-by = Sort by
script-ascending = ascending ↑
script-descending = descending ↓

## Why a grade is what it is

grade-never-ended = the reasoning never ended
grade-no-answer = no answer was found
grade-no-letter = no letter was found
grade-no-program = no program was found
grade-right-letter = the right one is { $right }
grade-their-label = their label; not graded here
grade-equals-exactly = { $where }: equals the gold answer, compared exactly
grade-differs-exactly = { $where }: differs from the gold answer, compared exactly
grade-equals-math-verify = { $where }: equals the gold answer, compared by math-verify
grade-differs-math-verify = { $where }: differs from the gold answer, compared by math-verify
grade-too-long = { $where }: longer than { $most } characters
grade-not-evaluated = not evaluated: { $where }: { $failure }
grade-where-box = in the last box
grade-where-stated = the answer by itself
grade-where-hashes = after ####
grade-where-phrase = after “the answer is”
grade-where-conclusion = in the last sentence
grade-where-last-number = the last number
grade-no-order = the sample has no order of choices, and the gold { $gold } is no letter
grade-no-label = the outputs bring no label, and there is no gold answer here
grade-no-gold = problem { $problem } has no gold answer
grade-gold-not-number = the gold answer { $gold } of { $problem } is not a number
grade-gold-not-integer = the gold answer { $gold } of { $problem } is not an integer
grade-gold-not-evaluated = the gold answer could not be evaluated: { $failure }
grade-failed = could not be graded: { $failure }
grade-worker-time = it took more than its limit of CPU time ({ $seconds } s, then twice that)
grade-worker-clock = it was not done by the clock ({ $seconds } s or longer, then twice that), though its CPU time was not used up: it waits for something, or the machine is too busy
grade-worker-memory = it needed more than { $mib } MiB of memory
grade-worker-signal = its worker died of signal { $signal }
grade-worker-status = its worker ended with exit status { $status }
grade-metric = { $metric } is { $value }
grade-metric-neither = { $metric } is { $value }, which says neither right nor wrong
grade-filter-nothing = the filter { $filter } found no answer
grade-program = { $what } (isolation { $isolation })
grade-passes = passes { $count } of { $count } tests
grade-passes-all = passes its tests
grade-test = test { $test } of { $count }: { $how }
grade-outside-tests = outside any test: { $how }
grade-for-input = { $what } for the input { $input }
grade-value = { $got } instead of { $expected }
grade-line = line { $line }: { $got } instead of { $expected }
grade-lines = { $lines } { PLURAL($lines, "line", "lines") } instead of { $wanted }: { $got } instead of { $expected }
grade-too-much = returned { $bytes } bytes, far more than the value that is expected
grade-unreadable = returned something that cannot be read: { $why }
grade-assert = { $what }; the assert does not hold
grade-in-call = { $call }{ $how }
grade-no-memory = it ran out of memory
grade-overdue = it did not end within { $wall } s by the clock ({ $cpu } s of CPU time)
grade-slow = it took more than its { $cpu } s of CPU time
grade-threads = it had more than { $most } threads
grade-died = it died of { $signal }
grade-exited = it exited with status { $status }
grade-no-program-of-theirs = LiveCodeBench's rule finds no program
