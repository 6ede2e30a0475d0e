# The words of claimbench in Korean. docs/languages.md says how a catalogue is written.

unknown = 알 수 없음
yes = 예
no = 아니요

## Verdicts on published figures

verdict-reproduced = 재현됨
verdict-lower = 더 낮음
verdict-higher = 더 높음
verdict-inconclusive = 판단 보류
verdict-not-comparable = 비교 불가

verdict-judged = { $scores }: { $finding }
verdict-untried = { $scores }: { $verdict }. 이유: { $reason }

scores-measured = 측정 { FIXED($measured, $digits) }, 공표 { FIXED($published, $published_digits) }
scores-measured-by = { $measurer } 측정 { FIXED($measured, $digits) }, 공표 { FIXED($published, $published_digits) }
scores-not-measured = 측정값 없음, 공표 { FIXED($published, $published_digits) }

apart = { $verdict }. 95% 구간에서 차이는 { FIXED($low) }~{ FIXED($high) }포인트이며, 허용 오차가 { UPWARDS($needed) }포인트를 넘어야 재현으로 인정됨
apart-votes = { $verdict }. 두 투표의 차이는 95% 구간에서 { FIXED($low) }~{ FIXED($high) }포인트
apart-greedy = { $verdict }. 차이는 { FIXED($gap) }포인트로 허용 오차 { SHORT($margin) }포인트보다 큼. 둘 다 그리디 디코딩이라 표집 오차는 없음
equal = 허용 오차 ±{ SHORT($margin) }포인트 안에서 재현됨. 차이의 90% 구간은 { FIXED($low) }~{ FIXED($high) }포인트
equal-greedy = 허용 오차 ±{ SHORT($margin) }포인트 안에서 재현됨. 둘 다 그리디 디코딩이라 표집 오차는 없음
undecided = 판단 보류. 차이의 95% 구간은 { FIXED($low) }~{ FIXED($high) }포인트. { $state }. { $remedy }
undecided-decoding = 판단 보류. 디코딩 방식을 알 수 없고, 그에 따라 판정이 달라짐
undecided-if-sampled = 판단 보류. 디코딩 방식을 알 수 없고, 그에 따라 판정이 달라짐. 표집했다면 차이의 95% 구간은 { FIXED($low) }~{ FIXED($high) }포인트

shown-apart-alone = 이 수치만 보면 차이가 입증되지만, 함께 판정한 수치 { $family }개를 모두 고려하면 입증되지 않음
shown-equal-alone = 이 수치만 보면 ±{ SHORT($margin) }포인트 안에서 같음이 입증되지만, 함께 판정한 수치 { $family }개를 모두 고려하면 입증되지 않음
shown-neither = 차이도, ±{ SHORT($margin) }포인트 안에서 같음도 입증되지 않음
shown-no-difference = 차이가 입증되지 않음

remedy-samples = 차이가 그대로라면, 새 실행에서 문제당 표본 약 { $n }개로 판정할 수 있음
remedy-samples-at-most = 차이가 그대로라면, 새 실행에서 문제당 표본 많아야 약 { $n }개로 판정할 수 있음
remedy-none = 공표 수치 자체의 오차가 커서 표본을 늘려도 판정할 수 없음
remedy-none-by-bound = 공표 수치의 오차를 상한으로만 알아 표본을 늘려도 판정할 수 없음. 문제별 결과를 아는 실행이 있으면 오차가 줄어듦
remedy-votes = 표본 { $k }개의 투표 두 번은 우연만으로도 { FIXED($spread) }포인트(SE) 다르며, 이쪽 표본을 늘려도 공표된 투표가 더 확실해지지는 않음

reason-problems-unknown = 문제 수를 알 수 없어 오차를 구할 수 없음
reason-no-share = { $metric }: 정답 비율이 아님
reason-one-vote = 문제당 표본 { $k }개의 투표 한 번으로는 실행 사이의 오차를 알 수 없음
reason-few-votes = 표본 { $k }개의 투표에는 문제당 표본 { $k }개가 필요하나 { $n }개뿐임
reason-not-measured = { $metric }: 측정하지 않음

departure = { $setting }: 공표 { PLAIN($published) }, 측정 { PLAIN($measured) }

note-own-bound = 우리 측정의 오차는 상한임. 문제당 표본이 하나뿐이기 때문
note-bound = { $table } 점수의 오차는 점수만으로 구한 상한임
note-samples-unknown = { $table } 점수의 문제당 표본 수를 알 수 없어, 출처가 허용하는 최솟값인 { $samples }개로 가정함
note-not-graded = 표본 { $samples }개 중 { $failed }개는 우리 쪽 오류로 채점하지 못해 점수에서 제외함
note-problems-left-out = 문제 { $total }개 중 { $left }개는 채점된 표본이 없어 제외함
note-decoding-unknown = 점수가 그리디 디코딩으로 나왔는지 알 수 없음. 표집했다면 { $sampled }, 그리디였다면 { $greedy }
