# The words of claimbench in English. docs/languages.md says how a catalogue is written.

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

scores-measured = { FIXED($measured, $digits) } measured here against { FIXED($published, $published_digits) }
scores-measured-by = { FIXED($measured, $digits) } measured by { $measurer } against { FIXED($published, $published_digits) }
scores-not-measured = not measured here against { FIXED($published, $published_digits) }

apart = { $verdict } by { FIXED($low) } to { FIXED($high) } points at 95%; would count as reproduced only with a margin above { UPWARDS($needed) }
apart-votes = { $verdict } by { FIXED($low) } to { FIXED($high) } points at 95%, between two votes
apart-greedy = { $verdict } by { FIXED($gap) } points without sampling error, both being greedy; more than the margin of { SHORT($margin) } points
equal = reproduced within ±{ SHORT($margin) } points; the difference is { FIXED($low) } to { FIXED($high) } points at 90%
equal-greedy = reproduced within ±{ SHORT($margin) } points, without sampling error, both being greedy
undecided = inconclusive; the difference is { FIXED($low) } to { FIXED($high) } points at 95%: { $state }; { $remedy }
undecided-decoding = inconclusive, because how it was decoded is unknown and decides the verdict
undecided-if-sampled = inconclusive, because how it was decoded is unknown and decides the verdict; if it was sampled, the difference is { FIXED($low) } to { FIXED($high) } points at 95%

shown-apart-alone = a difference is shown for this figure alone, but not among { $family } figures judged together
shown-equal-alone = equivalence within ±{ SHORT($margin) } points is shown for this figure alone, but not among { $family } figures judged together
shown-neither = neither a difference nor equivalence within ±{ SHORT($margin) } points is shown
shown-no-difference = no difference is shown

remedy-samples = about { $n } samples per problem in a new run would decide, if the difference stays
remedy-samples-at-most = at most about { $n } samples per problem in a new run would decide, if the difference stays
remedy-none = no number of samples can decide, because the published figure's own error dominates
remedy-none-by-bound = no number of samples can decide by the bound on the published figure's error, which a run known problem by problem would lower
remedy-votes = two votes of { $k } differ by { FIXED($spread) } points (SE) by chance, and more samples here do not make the published vote any surer

reason-problems-unknown = the number of problems is unknown, so no error can be given
reason-no-share = { $metric } is no share of right answers
reason-one-vote = one vote of { $k } samples per problem hides its own run-to-run error
reason-few-votes = a vote of { $k } needs { $k } samples per problem, not { $n }
reason-not-measured = { $metric } was not measured

departure = { $setting }: { PLAIN($published) } published, { PLAIN($measured) } measured

note-own-bound = our own error is a bound: one sample per problem
note-bound = the error of { $table }'s score is a bound from the score alone
note-samples-unknown = the samples per problem behind { $table }'s score are unknown: { $samples }, the fewest its source allows, are assumed
note-not-graded = { $failed } of { $samples } samples could not be graded, an error of ours, and are left out of the score
note-problems-left-out = { $left } of { $total } problems have no graded sample and do not count
note-decoding-unknown = it is unknown whether a score was decoded greedily: { $sampled } if it was sampled, { $greedy } if it was greedy
