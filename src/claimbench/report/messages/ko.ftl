# The words of claimbench in Korean. CONTRIBUTING.md says how a catalogue is written.

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
verdict-with-looks = { $verdict }. { $looks }
verdict-learned = { $verdict }. 오차의 기본 상한으로 보면 { $plain }
looks-decided = 표본 { $planned }개 중 { $n }개에서 판정함
looks-stopped = 표본 { $planned }개 중 { $n }개에서 멈춤
looks-undeclared = 앞서 표본 { LIST($earlier, ", ") }개일 때 결과를 볼 수 있었으므로 { SIGNIFICANT($level) }% 수준에서 검정함

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
shown-apart-at-one-look = 표본 수를 미리 정해 두었다면 차이가 입증되지만, 여러 번 확인했으므로 입증되지 않음
shown-equal-at-one-look = 표본 수를 미리 정해 두었다면 ±{ SHORT($margin) }포인트 안에서 같음이 입증되지만, 여러 번 확인했으므로 입증되지 않음
shown-neither = 차이도, ±{ SHORT($margin) }포인트 안에서 같음도 입증되지 않음
shown-no-difference = 차이가 입증되지 않음

remedy-samples = 실제 차이가 관측값과 같다면, 문제당 표본 약 { $n }개인 새 실행이 80% 확률로 판정에 이름
remedy-samples-at-most = 실제 차이가 관측값과 같다면, 문제당 표본 많아야 약 { $n }개인 새 실행이 80% 확률로 판정에 이름
remedy-none = 공표 수치 자체의 오차가 커서 표본을 늘려도 판정할 수 없음
remedy-none-greedy = 그리디 디코딩은 문제당 표본이 하나뿐이라 표본을 늘려도 판정할 수 없음
remedy-none-by-bound = 공표 수치의 오차를 상한으로만 알아 표본을 늘려도 판정할 수 없음. 문제별 결과를 아는 실행이 있으면 오차가 줄어듦
remedy-votes = 표본 { $k }개의 투표 두 번은 우연만으로도 { FIXED($spread) }포인트(SE) 다르며, 이쪽 표본을 늘려도 공표된 투표가 더 확실해지지는 않음

reason-problems-unknown = 문제 수를 알 수 없어 오차를 구할 수 없음
reason-no-share = { $metric }: 정답 비율이 아님
reason-one-vote = 문제당 표본 { $k }개의 투표 한 번으로는 실행 사이의 오차를 알 수 없음
reason-few-votes = 표본 { $k }개의 투표에는 문제당 표본 { $k }개가 필요하나 { $n }개뿐임
reason-no-grades = 답변을 하나도 채점하지 못함
reason-not-measured = { $metric }: 측정하지 않음

departure = { $setting }: 공표 { PLAIN($published) }, 측정 { PLAIN($measured) }

note-own-bound = 우리 측정의 오차는 상한임. 문제당 표본이 하나뿐이기 때문
note-bound = { $table } 점수의 오차는 점수만으로 구한 상한임
note-samples-unknown = { $table } 점수의 문제당 표본 수를 알 수 없어, 출처가 허용하는 최솟값인 { $samples }개로 가정함
note-not-graded = 표본 { $samples }개 중 { $failed }개는 우리 쪽 오류로 채점하지 못해 점수에서 제외함
note-problems-left-out = 문제 { $total }개 중 { $left }개는 채점된 표본이 없어 제외함
note-decoding-unknown = 점수가 그리디 디코딩으로 나왔는지 알 수 없음. 표집했다면 { $sampled }, 그리디였다면 { $greedy }
note-decoding-not-stated = 이 답변들이 그리디 디코딩으로 나왔는지 밝혀져 있지 않음. 표집했다면 { $sampled }, 그리디였다면 { $greedy }. 아는 값을 주고 다시 가져오면 됨(예: --protocol temperature=0.6)
note-greedy-and-sampled = 한 점수는 그리디 정확도, 다른 점수는 온도를 준 pass@1로 서로 다른 양임. 그리디 점수는 문제당 표본 하나로 치며, 문제가 280개쯤까지면 거의 언제나 판단 보류가 됨
reason-copies = 표본 { $samples }개 중 { $distinct }개만 따로 뽑힌 것이고 나머지는 불규칙하게 되풀이됨. 서버나 캐시, 가져오기가 응답을 되풀이하며, 보이지 않는 사본도 있을 수 있음
note-every-draw-repeated = 모든 응답이 { $times }번씩 있음. 표본 { $samples }개 중 따로 뽑힌 것은 { $distinct }개이며 오차는 이것으로 구함
note-copies = 표본 { $samples }개 중 { $distinct }개가 따로 뽑힌 것이고 나머지는 사본임. 오차는 따로 뽑힌 것으로 구함
note-looks-declared = 문제당 표본 { LIST($looks, ", ") }개에서 판정하기로 실행 전에 정해 두었으며, 5% 수준을 이 확인들이 나누어 씀
note-looks-undeclared = 표본이 있는 상태에서 미리 정하지 않고 표본 수를 늘림(이전 문제당 { LIST($earlier, ", ") }개). 이런 확인은 매번 더 엄격한 수준에서 검정하므로 모두 합해도 잘못된 판정은 5.5%를 넘지 않음
note-learned = 오차는 점수만으로 정한 상한의 { $share }%를 적용함. 모델 { $models }개의 시드별 결과가 이런 점수에서 이를 뒷받침함. 기본 상한으로 보면 차이의 95% 구간은 { FIXED($low) }~{ FIXED($high) }포인트, { $plain }

## What was registered before a run

registration-as-registered = 사전 등록대로임
registration-not-as-registered = 사전 등록과 다름
registration-not-registered = 사전 등록 없음
registration-alike = { $state }({ $date } 등록, sha256 { $digest }…)
registration-differs = { $state }({ $date } 등록, sha256 { $digest }…): { LIST($changes, "; ") }
registration-late = { $date }에 등록해 첫 표본({ $first })보다 늦음
registration-of-run = { $said }.
registration-of-all = 실행 { $count }개 모두 { $said }.
registration-of = { $run }: { $said }.
registered-changed = { $thing }: 등록 당시 { PLAIN($then) }, 현재 { PLAIN($now) }
registered-changed-of = { $thing }, { $of }: 등록 당시 { PLAIN($then) }, 현재 { PLAIN($now) }
registered-absent = 없음
registered-figures = 공표된 수치
registered-margins = 허용 오차
registered-claims = 주장의 검정
registered-protocol = 프로토콜
registered-prompts = 프롬프트 다이제스트
registered-graders = 채점기
registered-benchmarks = 벤치마크
registered-models = 모델
registered-samples = 문제당 표본 수
registered-looks = 확인 시점
registered-code = 코드

## Claims of articles

status-supported = 뒷받침됨
status-contradicted = 반박됨
status-confirmed-by-record = 기록으로 확인됨
status-contradicted-by-record = 기록과 다름
status-mixed = 엇갈림
status-inconclusive = 판단 보류
status-untested = 미검증
status-not-testable = 검증 불가

kind-benchmark = 성능 비교
kind-efficiency = 효율
kind-arithmetic = 계산
kind-artifact = 공개물
kind-leaderboard = 순위
kind-hardware = 하드웨어
kind-market = 시장
kind-opinion = 의견

claim-reason = { $status }(증거 등급 { $tier }). { LIST($findings, ". ") }
claim-untested = { LIST($findings, "; ") }
claim-not-testable = { $lacks }. { $reason }
lacks-run = 확인할 실행 결과가 없다
lacks-record = 확인할 기록이 없다
lacks-both = 실행으로도 기록으로도 가릴 수 없다
claim-no-evidence = 이를 측정한 실행도, 공표된 수치도 아직 없음

finding = { $what }: { $status }; { LIST($details, "; ") }
finding-benchmarks = { $subject }, { $reference } 대비 { $relation }: { $status }; { LIST($where, "; ") }
finding-by = { $source }: { $finding }
finding-noted = { $finding } ({ LIST($notes, "; ") })

relation-ahead = 앞섬
relation-on-par = 대등
relation-at-least = 뒤지지 않음
relation-lower = 더 낮음
relation-higher = 더 높음

quantifier-some = 중 일부
quantifier-all = 모두
quantifier-listed = 각각

standing-holds = 성립
standing-fails = 불성립
standing-open = 미결
standing-untested = 미측정
standing-not-comparable = 비교 불가
standing-no-error-is-known = 오차를 알 수 없음
directions = 비교한 { $count }개 중 앞선 것 { $ahead }개, 뒤진 것 { $behind }개
standing-on = { $standing }: { $benchmarks }

reason-score-unknown = 두 점수 중 하나를 알 수 없음
reason-no-chance = 두 점수 모두 우연이 작용하지 않아 오차가 없음
reason-no-error-for = { $metric }의 오차를 알 수 없음
reason-one-problem = 문제가 하나뿐이라 다른 문제에 대해서는 알 수 없음
reason-metrics-differ = 두 점수의 지표가 다름({ $metrics })
reason-problems-differ = 두 점수의 문제가 다름({ $counts })
reason-quantity-unknown = 값이나 오차를 알 수 없음
reason-no-errors = 양쪽 모두 오차가 없음

what-benchmarks = { $subject }, { $reference } 대비 { $relation }({ $where })
on-benchmark = { $benchmark }
on-benchmarks = 벤치마크 { $count }개 { $quantifier }
what-computed = 수치로 계산한 값
what-artifact = { $repository }의 { $field }
what-efficiency = { $quantity }: { $subject }, { $reference } 대비 { $relation }
what-record = 기록
what-quantity = { $model }의 { $quantity }

artifact-license = 라이선스
artifact-weights-public = 가중치 공개
artifact-base-model = 바탕 모델
artifact-parameters = 매개변수 수
artifact-release-date = 공개일
record-answers = 주장은 ‘{ $expected }’, 기록은 ‘{ $found }’

quantity-tokens-per-second = 초당 토큰
quantity-tokens-per-solved = 정답당 토큰
quantity-gpu-seconds-per-solved = 정답당 GPU·초
quantity-cost-per-solved = 정답당 비용
quantity-active-parameters = 활성 매개변수
quantity-training-gpu-hours = 학습 GPU 시간
quantity-price-per-token = 토큰 가격
quantity-seconds-per-case = 문제당 걸린 초

arithmetic = { $working } = { $value }{ UNIT($unit) }. 주장은 { $claimed }
arithmetic-second = 달리 읽으면 { $working } = { $value }{ UNIT($unit) }({ $note })
range = { SIGNIFICANT($low) }~{ SIGNIFICANT($high) }
range-one = { SIGNIFICANT($value) }
range-at-least = { SIGNIFICANT($low) } 이상
range-at-most = { SIGNIFICANT($high) } 이하
input-bound = { $input }: { $bound }
bound-at-least = 하한
bound-at-most = 상한
bound-about = 어림값
inputs-unconfirmed = 출처에서 확인하지 못함: { $inputs }

benchmark-open = { $benchmark }: 미결, { $reason }
benchmark-ratio = { $benchmark }: { $standing }, { SIGNIFICANT($subject) } 대 { SIGNIFICANT($reference) }, 비율의 95% 구간 { FIXED($low, 2) }~{ FIXED($high, 2) }
runs-needed = { LIST($models, " 및 ") }의 실행이 필요하나 없음
proxy-tokens = { $model }: { $benchmark }에서 정답당 토큰 { FIXED($tokens, 0) }개. { $subject } 자체에 대해서는 아무것도 말해 주지 않음
run-damaged = { $run }: 폴더의 내용이 서로 맞지 않아(`claimbench verify`로 이유 확인) 증거로 세지 않음
run-unfinished = { $run }: { $model }의 { $benchmark } 실행이 끝나지 않아(표본 { $asked }개 중 { $received }개, 채점 { $graded }개) 증거로 세지 않음

source-vendors = 제작사의 표
source-figures = 날짜가 있는 수치
source-our-run = 우리 실행
source-imported = 가져온 출력
source-at-commit = { $file } { $line }행, 커밋 { $commit }
source-on-page = { $file } ({ $url }, { $date })

note-weights = 가중치: { $weights }
note-measured-as = 측정: { $model }, { $benchmark }
note-on-benchmark = { $benchmark }: { $note }
note-vendors = { $reference }의 수치는 제작사의 것(D)
note-other-table = { $reference }의 수치는 다른 표({ $tables })의 것으로 프로토콜이 다름

disagreement = { $other }{ PARTICLE($other, "과", "와") } 어긋남: { $sides }
disagreement-sides = 여기서는 ‘{ $here }’, 거기서는 ‘{ $there }’

origin = { $status }({ $tier })
origins = { LIST($origins, "; ") }
proxy-verdicts = { LIST($verdicts, "; ") }
proxy-verdict = { $status }({ LIST($runs, "; ") })
proxy-verdict-more = { $status }({ LIST($runs, "; ") }; 외 { $more }개)
proxy-spent = { LIST($runs, "; ") }
proxy-spent-more = { LIST($runs, "; ") }; 외 { $more }개
proxy-spent-run = { $benchmark } { FIXED($tokens, 0) } ({ $run }, { $tier })
proxy-in-part = { $verdict }(일부)
proxy-source = { $source }({ $tier }): { $status }
proxy-counts = { LIST($models, "; ") }
proxy-model-counts = { $model }: { $counts }
count-of = { $what } { $count }개

## Columns of tables

column-95-interval = 95% 구간
column-agreement = 일치
column-all = 전체
column-answer-found = 찾은 답
column-article = 기사
column-benchmark = 벤치마크
column-both-right = 둘 다 정답
column-both-wrong = 둘 다 오답
column-claim = 주장
column-cons-k = cons@k
column-device = 장치
device-CPU-cores = CPU 코어
device-endpoint = 엔드포인트
device-replicas-on-Ray = Ray 위의 복제본
column-device-seconds-per-solved = 정답당 장치·초
column-difference = 차이
column-distinct = 따로 뽑힌 표본
column-distilled = 증류 모델
column-dollars-per-solved = 정답당 달러
column-end = 종료
column-gold = 정답
column-grader-errors = 채점 오류 %
column-holm = Holm 보정
column-holm-equal = 같음의 Holm 보정
column-in-our-words = 내용
column-k = k
column-kind = 종류
column-lines = 행
column-lm-eval-s-filter = lm-eval의 필터
column-lm-eval-s-metric = lm-eval의 지표
column-lm-eval-s-stderr = lm-eval의 표준오차
column-lm-eval-s-value = lm-eval의 값
column-margin = 허용 오차
column-mean = 평균
column-mean-over-all-samples = 모든 표본의 평균
column-measured = 측정
column-measured-by = 측정한 곳
column-metric = 지표
column-model = 모델
column-needed-margin = 필요한 허용 오차
column-no-answer = 답 없음 %
column-no-label-of-theirs = 그쪽 판정 없음
column-not-graded-by-us = 우리 채점 없음
column-our-answer = 우리가 찾은 답
column-our-pass-1 = 우리 pass@1
column-our-reason = 우리의 이유
column-our-runs = 우리 실행
column-ours = 우리
column-outcome = 결과
column-p = p
column-p-difference = 차이의 p
column-p-equal = 같음의 p
column-p-likely = 추정 오차 기준 p
column-pass-1 = pass@1
column-pass-k = pass@k
column-problem = 문제
column-problem-se = 문제 SE
column-problems-n = 문제 수 N
column-published = 공표
column-published-by = 공표한 곳
column-received = 받은 표본
column-repetition = 반복 %
column-right = 정답
column-run = 실행
column-sample = 표본
column-samples = 표본
column-samples-n = 표본 수 n
column-sampling-se = 표집 SE
column-sd-between-laboratories = 기관 간 표준편차
column-sd-by-chance-at-most = 우연에 의한 표준편차(최대)
column-sd-by-chance-likely = 우연에 의한 표준편차(추정)
column-se-between-two-votes = 두 투표 사이의 SE
column-sentence = 설명
column-setting = 항목
column-status = 판정
column-test = 검증한 것
column-their-answer = 그쪽이 찾은 답
column-their-reason = 그쪽의 이유
column-theirs = 그쪽
column-they-right-we-wrong = 그쪽 정답, 우리 오답
column-they-wrong-we-right = 그쪽 오답, 우리 정답
column-third-parties = 제3자
column-tier = 등급
column-tokens = 토큰
column-tokens-mean = 평균 토큰
column-tokens-p95 = 토큰 p95
column-tokens-per-second = 초당 토큰
column-tokens-per-solved = 정답당 토큰
column-truncated = 잘림 %
column-vendor = 제작사
column-vendors = 제작사
column-registered = 사전 등록
column-verdict = 판정
column-verdicts = 판정
column-why = 내용과 이유
received-partial = { $received } (미완료)
error-greedy = 0 (그리디)

## The report

page-language = 한국어
page-skip = 본문으로 건너뛰기
page-contents = 차례
page-theme = 어두운 화면
page-partial = 미완료: 표본이나 채점이 아직 빠져 있어 추정치만 있고 판정은 없습니다.
page-no-script = 정렬, 필터, 표본 읽기에는 자바스크립트가 필요한데 지금은 꺼져 있습니다.
page-runs-title = 실행 { $count }개
page-no-verdicts = 이 실행에서 판정한 공표 수치가 없습니다.
page-verdicts = 공표 수치에 대한 판정
page-verdicts-caption = 공표된 수치와 측정한 값의 비교입니다. 점수는 %, 차이와 허용 오차는 포인트입니다. ‘자세히’를 누르면 설명, 프로토콜 차이, 출처가 열립니다.
page-details = 자세히
page-details-of = 자세히: { $what }
page-departures = 프로토콜이 다른 점
page-one-sided-list = 한쪽만 밝힌 것: { LIST($departures, "; ") }
terminal-measurements = 측정값
terminal-verdicts = 판정
terminal-report = 보고서: { $path }
page-note = 참고: { $note }
page-source-line = { $line }행
page-source-commit = 커밋 { $commit }
page-measurements = 측정값
page-measurements-caption = 측정한 값입니다. 점수는 %, 오차는 포인트입니다.
page-replies = 답변
page-replies-caption = 답변이 어떻게 끝났는지(답변에 대한 %)와 그 길이입니다.
page-problems = 문제별 결과
page-votes = 다수결과 pass@k
page-votes-caption = pass@k는 표본 k개 중 하나라도 정답일 확률, cons@k는 표본 k개의 다수결로 맞히는 문제의 비율(어떤 k개를 뽑는지에 대한 기댓값)입니다. 답이 없는 표본은 투표하지 않습니다. 두 투표 사이의 SE는 그런 실행 두 번의 cons@k가 우연만으로 벌어지는 정도입니다. 단위는 %입니다.
page-lm-eval = lm-eval 자체의 수치
page-lm-eval-caption = 같은 답변을 lm-eval의 필터와 지표로 본 값입니다. 단위(비율은 0에서 1)와 표준오차(공식이 있을 때)는 lm-eval의 것입니다. 문제당 표본이 여럿이면 lm-eval의 필터는 그중 하나나 다수결을 택하고, 우리 점수는 모든 표본의 평균입니다.
page-agreement = 그쪽의 판정과 우리 채점
page-agreement-caption = 판정이 붙어 온 표본을 누가 정답으로 세는지에 따라 나눈 것입니다.
page-disagreements-caption = 서로 다른 곳: { $all }개 중 { $shown }개. 전부는 tables/disagreements.csv에 있습니다.
page-claims = 기사의 주장
page-claims-note = 이 보고서와 관련된 기사의 주장과, 그에 대해 이 보고서의 실행(A), 제3자(우리가 채점한 다른 이의 출력 B, 다른 이가 보고한 점수 C), 제작사(D)가 말하는 바를 따로 적었습니다. 판정은 주장의 대상을 직접 판단하는 가장 높은 증거 등급의 것입니다. ‘증류 모델’은 주장의 대상을 증류한 모델에 대해 실행들이 말하는 바로, 다른 모델이므로 판정에 넣지 않습니다. 이유는 tables/claims.csv에 있습니다. 나머지 { $count }개는 다른 모델에 대한 것이거나 어떤 실행으로도 검증할 수 없습니다(`claimbench claims --language ko`가 모두 보여 줍니다).
page-claims-none = 여기서 측정한 모델은 어떤 주장의 대상도, 그것을 증류한 모델도 아닙니다. 검증할 수 있는 주장 { $count }개를 다른 이의 수치로 판정한 결과는 tables/claims.csv에 있습니다.
page-claims-caption = ‘자세히’를 누르면 이유와, 증류 모델에 대한 결과가 열립니다.
page-proxies = 증류 모델: 원래 모델에 대한 판정에는 넣지 않음
page-claim-lines = 기사 { $lines }행
page-cost = 소요 자원
page-cost-caption = 오답 표본의 토큰도 정답에 든 것으로 셉니다.
page-cost-note = 초당 토큰은 모델을 읽어 들이는 시간을 빼고 첫 요청부터 마지막 답변까지 잰 값입니다. 장치·초는 그 시간 동안의 모든 GPU(GPU가 없으면 모든 코어)를 세어 토큰 수로 나눈 것입니다. 둘 다 모델만큼이나 장비, 엔진, 부하에 달려 있습니다. 달러는 `--gpu-hour`로 준 가격에 따른 GPU 비용입니다.
page-figures = 그림
page-evidence = 측정값과 공표값 나란히 보기
page-evidence-title = { $benchmark }: 측정 점수와 공표 점수
page-evidence-note = 점과 95% 표집 구간입니다. 출처에 오차가 없으면 구간은 우리의 추정이나 상한입니다. 기관 사이의 차이는 우연보다 프로토콜에서 더 많이 옵니다.
page-curves = 답변의 점수와 길이
page-curve-title = { $model }, { $benchmark }: 토큰 한도별 점수
page-curve-short = 토큰 한도별 점수
page-curve-desc = 토큰 한도가 더 낮았을 때의 pass@1: { $points }.
page-curve-exact = 토큰 한도별 점수는 저장된 표본에서 다시 계산했습니다. 추론 모델은 잘린 답변에 답이 없으므로 그 한도에서 얻었을 점수입니다(답 뒤에서 잘리는 경우는 제외). 띠는 95% 표집 구간입니다.
page-curve-bound = 토큰 한도별 점수는 저장된 표본에서 다시 계산했습니다. 추론 구간이 없는 모델은 잘리기 전에 답했을 수 있으므로 하한입니다.
page-score-axis = 점수(%)
page-cap-axis = 토큰 한도
page-lengths-title = { $model }, { $benchmark }: 답변 길이
page-lengths-short = 답변 길이
page-lengths-desc = 정답 { $right }, 오답 { $wrong }, 한도에 잘려 오답 { $cut }, 채점 안 됨 { $ungraded }. 토큰 수 기준.
page-lengths-unknown = 가져온 출력에 토큰 수가 없습니다.
page-tokens-axis = 토큰
page-replies-axis = 답변 수
page-shares-note = 답변의 { $truncated }%가 한도에 잘렸고, { $looped }%는 같은 말을 반복하다 잘렸습니다.
page-samples = 표본
page-samples-caption = 저장된 답변. 오답부터.
page-samples-all = 저장된 표본 { $shown }개가 모두 이 파일에 있습니다.
page-samples-some = 저장된 표본 { $stored }개 중 { $shown }개가 이 파일에 있습니다(오답부터). 오답 { $failures_stored }개 중 { $failures }개, 정답 { $right_stored }개 중 { $right }개입니다. 나머지 { $left }개는 실행 폴더에 있습니다.
page-samples-none = 이 보고서는 표본과 문제 없이 만들었습니다(--no-samples). 표본은 실행 폴더에 있습니다.
page-reading = 읽는 법
page-about = 실행 정보
page-about-many = 실행 정보
page-about-run = 실행 { $run }
page-filter = 필터
page-filter-samples = 문제나 답으로 거르기
page-cell = 모델과 벤치마크
page-more = 나머지 { $count }개
page-all = 전체

origin-ours = 우리 실행
origin-recorded = 우리가 기록해 둔 수치
origin-third-party = 제3자
origin-vendor = 제작사

replies-right = 정답
replies-wrong = 오답
replies-cut = 잘려서 오답
replies-ungraded = 채점 안 됨

legend-sampling-se = 표집 SE: 같은 문제로 다시 실행했을 때의 변동입니다. 같은 문제에 대한 공표 수치와 비교할 때 씁니다.
legend-problem-se = 문제 SE: 비슷한 다른 문제들이었을 때의 변동입니다.
legend-shares = 잘림: 토큰 한도에 잘린 답변. 답 없음: 답을 찾지 못한 답변. 반복: 마지막 글자들이 똑같이 반복되던 중에 잘린 답변(조금씩 바뀌는 반복은 찾지 못하므로 하한).
legend-grader-errors = 채점 오류: 채점기가 판단하지 못한 답변입니다. 우리의 오류이므로 점수에서 빼며 오답으로 세지 않습니다.
legend-verdicts = 재현됨: 실행 전에 정한 허용 오차 안에서 같음. 더 낮음/더 높음: 차이가 입증되고 같음은 입증되지 않음. 판단 보류: 둘 다 아님. 비교 불가: 두 점수가 서로 다른 것을 잼. 필요한 허용 오차: 재현으로 인정될 가장 작은 허용 오차.
legend-tiers = 증거 등급: A 우리의 실행, B 제3자의 원출력을 우리가 채점, C 제3자가 보고한 점수, D 제작사의 수치.

## Samples, read in the page

script-shown-rows = { $all }행 중 { $shown }행
script-all-rows = { $all }행 모두 보기
script-rows-range = 표본 { $all }개 중 { $from }–{ $to }
script-nothing = 맞는 표본이 없습니다.
script-open = 읽기
script-previous = 이전
script-next = 다음
script-close = 닫기
script-question = 문제
script-choices = 보인 선택지
script-gold = 정답
script-reasoning = 추론
script-reply = 답변
script-never-ended = 추론이 끝나지 않아 답이 없습니다.
script-grade = 채점
script-reason = 이유
script-prompt-tokens = 프롬프트 토큰
script-tokens = 토큰
script-seconds = 초
script-end = 종료
script-seed = 시드
script-outcome = 결과
script-answer = 찾은 답
script-stop = 정상 종료
script-length = 잘림
script-loop = 반복
script-unknown = 알 수 없음
script-loading = 여는 중…
script-failed = 표본을 풀 수 없습니다. 브라우저가 너무 오래되었습니다.
script-sample = 표본

outcome-correct = 정답
outcome-right = 정답
outcome-wrong = 오답
outcome-no-answer = 답 없음
outcome-no-code = 코드 없음
outcome-grader-error = 채점 오류
outcome-sandbox-error = 샌드박스 오류
outcome-wrong-answer = 잘못된 출력
outcome-runtime-error = 실행 오류
outcome-time-limit = 시간 초과
outcome-memory-limit = 메모리 초과
outcome-ungraded = 채점 안 됨
outcome-not-graded = 채점 안 됨

## Pages of evidence

legend-statuses = 주장의 판정은 그 대상을 직접 판단하는 가장 높은 등급의 것입니다. 뒷받침됨, 반박됨, 엇갈림: 주장한 것 중 일부는 성립하고 일부는 성립하지 않음, 판단 보류: 오차가 너무 크거나 일부가 미검증, 기록으로 확인됨과 기록과 다름: 공개된 기록으로 가릴 수 있는 사실이며 그 출처를 함께 밝힘, 미검증: 실행으로 검증할 수 있으나 아직 없음, 검증 불가: 실행도 기록도 손에 없으며 둘 가운데 무엇이 없는지 밝힘.
legend-family = 검정은 제작사의 표, 모델, 제3자별로 Holm 방법으로 보정합니다. 한 수치만으로는 다르게 판정되는 곳은 설명에 밝힙니다. 비교하는 것은 한 기관이 자신의 프로토콜로 잰 수치와 제작사가 자신의 프로토콜로 잰 수치입니다.

evidence-runs = 읽은 우리 실행: { $runs }.
evidence-no-runs = 없음
evidence-left-out = 제외: { $what }.
evidence-why = { LIST($parts, "; ") }
evidence-proxies = 원래 모델 곁의 증류 모델
evidence-proxies-note = 같은 검증을 증류 모델에 적용한 결과입니다. 다른 모델이므로 원래 모델에 대한 주장의 판정에는 넣지 않습니다. ‘일부’는 이 출처의 수치가 벤치마크 중 일부에만 있고, 나머지에 따라 판정이 바뀔 수 있다는 뜻입니다.
evidence-published = 제3자의 수치와 제작사의 수치
evidence-paired = 같은 문제에서 비교한 모델
evidence-paired-note = 문제마다 점수를 밝힌 출처에서는 두 모델을 문제별로 짝지어 포인트로 비교합니다. 앞 모델의 점수가 높으면 0보다 큽니다. 95% 구간과 짝지은 문제 오차(SE)는 이와 같은 문제 전반에 대한 것이고, 표집 오차(SE)는 바로 이 문제들을 다시 풀 때에 대한 것입니다.
evidence-laboratories = 기관 사이의 차이
evidence-laboratories-note = 한 벤치마크에서 한 모델에 대한 제3자 수치들의 표준편차와, 표집만으로 생길 표준편차입니다. ‘최대’는 점수만으로 구한 것이고, ‘추정’은 그 벤치마크에서 한 기관이 공표한 시드 간 표준편차로 구한 것입니다. 둘째 p가 작으면 기관 사이의 차이는 우연보다 프로토콜에서 오며, 한 기관에 대한 판정은 그 프로토콜에만 해당합니다. 모든 모델에 대한 Cochran 검정:
evidence-alone = 다시 측정되지 않은 수치
evidence-alone-note = 같은 모델들의 수치 중 제3자의 수치가 없는 것:
evidence-untestable = 공표된 대로는 검증할 수 없음: { $reason }
heterogeneity-bound = 가능한 가장 큰 오차 기준 Q = { FIXED($q) }, 자유도 { $df }, p = { $p }
heterogeneity-likely = 자유도 { $errors }로 추정한 오차 기준 Q = { FIXED($q) }, 자유도 { $df }, p = { $p }

## What a run was

about-sampling = 표집
about-seed = 시드
about-engine = 엔진
about-prompts = 프롬프트
about-checkpoint = { $model }의 체크포인트
about-departure = { $model }의 다른 점
about-outputs = 출력을 만든 이
about-files = 읽은 파일
about-digest = 파일의 다이제스트
about-stated = 밝혀진 프로토콜
about-importer = 가져온 사람이 밝힌 것
about-unknown = 알 수 없는 것
about-note = 참고
doubt-no-answer = { $benchmark }의 { $model }: 답변의 { $percent }%에서 답을 찾지 못해, 점수는 무엇보다 답이 있는 답변의 수를 나타냄. 점수를 믿기 전에 답변을 몇 개 읽어 보십시오
doubt-grader-errors = { $benchmark }의 { $model }: 답변의 { $percent }%를 채점하지 못함. 모델의 잘못이 아니므로 점수에서 뺐으며 이유는 채점 기록에 있음
about-left-out = 제외한 것의 예
about-server = { $model }의 서버
server-hidden = 응답 { $count }개의 추론을 보여 주지 않아, 보이는 부분을 답으로 채점함
server-unended = 처음 응답 { $of }개 중 { $count }개가 끝까지 생성되었는데도 추론이 끝나지 않음. 서버가 추론을 숨기는 것으로 보임
server-all-reasoning = 처음 응답 { $of }개 중 { $count }개가 통째로 추론 필드에 있음. 서버의 추론 파서가 모델에 맞지 않는 것으로 보임
server-empty = 처음 응답 { $of }개 중 { $count }개가 비어 있음. 서버가 모델의 출력을 버리는 것으로 보임
about-outcomes = 결과: { $model }, { $benchmark }
about-isolation = 격리: { $model }, { $benchmark }
about-quirks = LiveCodeBench의 특이점: { $model }, { $benchmark }
about-extraction = LiveCodeBench의 코드 추출: { $model }, { $benchmark }
about-rating = 레이팅(추정): { $model }, { $benchmark }

nothing = 없음
nothing-of-protocol = 프로토콜 중에는 없음
stated = { $setting } { PLAIN($value) }

isolation = { LIST($parts, "; ") }
isolation-namespaces = 네임스페이스
isolation-landlock = 랜드록
isolation-seccomp = 시스템 호출 필터
isolation-rlimits = 자원 제한
isolation-none = 실행한 프로그램 없음
passes-run-again = 통과 { $count }개를 테스트마다 따로 다시 실행, 그중 { $differ }개가 다름
quirks = 이것이 결과를 가름: 적용하면 프로그램 { $right }개, 적용하지 않으면 { $plain }개가 정답. 판정 { $differs }개가 다름
extraction = 답변 { $differs }개에서 다른 프로그램을 고름. 정답이 { $gains }개 늘고 { $loses }개 줆
rating = { $best } (95% { $low }~{ $high }). 푼 결과가 가장 그럴듯해지는 값이며, 어떤 사이트가 준 레이팅은 아님
rating-nothing-solved = 최대 { $high } (단측 95%): 푼 문제가 없음
rating-all-solved = 최소 { $low } (단측 95%): 모두 풂
unbounded = 끝없음

weights-departures = { LIST($parts, "; ") }
weights-served = 엔드포인트가 { $name } 이름으로 제공하는 가중치. 엔드포인트의 말을 따름
weights-alias = 엔드포인트가 { $name } 별칭으로 제공하는 가중치. 그 별칭에 대한 증거일 뿐임
weights-gguf = 체크포인트 대신 GGUF 가중치(양자화 { $quantization }, { $file })를 llama.cpp로 계산
weights-gguf-served = 체크포인트 대신 GGUF 가중치(양자화 { $quantization }). 실행 중인 llama.cpp 서버의 말을 따름
weights-local = 로컬 체크포인트 { $folder }
weights-note = { $note }
weights-dequantized = GGUF 파일 { $file }의 양자화를 푼 가중치
prompt-drafted = 프롬프트 규칙은 체크포인트의 대화 템플릿에서 읽었고 사람이 확인하지 않음
benchmark-drafted = { $benchmarks }의 열, 프롬프트, 채점기는 데이터에서 추정했고 사람이 확인하지 않음
weights-adapter = LoRA 어댑터 { $folder } 적용 (랭크 { $rank })
weights-quantized = 양자화된 가중치: { $method }
weights-quantized-bits = 양자화된 가중치: { $method }, { $bits }비트
weights-quantized-here = 불러오면서 양자화: { $method }
weights-kv-dtype = KV 캐시 정밀도 { $dtype }
weights-dtype = 체크포인트의 { $checkpoint } 대신 { $dtype }{ PARTICLE($dtype, "으로", "로") } 계산

protocol-samples-per-problem = 문제당 표본 수
protocol-engine = 엔진
protocol-prompt = 프롬프트
protocol-system = 시스템 글
protocol-weights = 가중치
setting-none = 없음
setting-applied = 적용
setting-text = 글
setting-chat-turns = 대화 턴
setting-pinned = 고정한 체크포인트
setting-servers-own = 서버의 것
setting-servers-template = 서버의 채팅 템플릿대로
setting-token-ids = 보내기 전에 확인한 토큰 id. 서버가 센 수도 같음
setting-counted-chat = 대화 턴. 템플릿은 서버의 것이며 토큰 수가 우리와 같고, 서버가 알려 주는 곳에서는 토큰도 같음
setting-chat = 대화 턴만 보냄. 템플릿은 서버의 것으로 확인하지 않음

task-setting = { $setting } { PLAIN($run) } (과제: { PLAIN($task) })
task-stop-dropped = { $stop }에서 멈추지 않음
task-column = { $column } 열을 { $source }에서 읽음

## Imported outputs

import-title = { $who }의 출력: { $model }, { $benchmark }
import-user = { $tool } 사용자
import-outputs = { $who }(우리 실행이 아님, 증거 등급 { $tier })
import-files = { $tool }: { $files }
import-labels-only = 그쪽의 판정을 그대로 받음. 우리가 채점한 것은 없음(등급 C)
import-unmatched = { $rows }행은 맞는 문제가 없어 제외함
import-by-id = 답변 { $rows }개 중 { $count }개는 id만으로 맞춤. 문제 글이 우리 것과 글자 그대로 같지는 않음
import-by-spacing = 답변 { $rows }개 중 { $count }개는 공백을 뺀 문제 글로 맞춤
import-by-likeness = 답변 { $rows }개 중 { $count }개는 표기가 우리와 다른 문제 글과 같은 정답으로 맞춤
import-other-gold = 답변 { $rows }개 중 { $count }개는 문제는 우리 것이나 그쪽 정답이 다름. 우리 정답으로 채점함
import-denied = { $count }행은 id나 공백만 다른 문제 글은 맞지만 정답이 달라 제외함
import-worked-golds = 답변 { $rows }개 중 { $count }개의 정답이 풀이 전체임. #### 뒤나 마지막 상자 안의 답을 취함
import-bare = 답변 { $rows }개 중 { $count }개는 답만 적혀 있어 그대로 답으로 채점함
import-no-reasoning-end = 이 모델의 추론을 끝내는 { $tag } 표시가 어느 답변에도 없어 모두 오답으로 셈. 파일을 만든 이가 추론을 잘라 냈다면 --protocol reasoning=removed로 알려 주십시오
import-few-reasoning-ends = 답변 { $rows }개 중 { $count }개에 이 모델의 추론을 끝내는 { $tag } 표시가 없어 오답으로 셈. 파일을 만든 이가 추론을 잘라 냈다면 --protocol reasoning=removed로 알려 주십시오
import-over-limit = 답변 { $count }개가 밝힌 max_tokens { $limit }보다 김
import-cut-early = 답변 { $count }개가 중간에 끊겼고 그 절반은 { $tokens }토큰 안에서 끊김. 밝힌 max_tokens { $limit } 때문이 아님
import-cut-early-bytes = 답변 { $count }개가 중간에 끊겼고 그 절반은 길이로 보아 약 { $tokens }토큰 안에서 끊김. 밝힌 max_tokens { $limit } 때문이 아님
import-no-labels = 답변 { $rows }개 중 { $count }개에 그쪽의 판정이 없음
import-no-response = { $rows }행 중 { $count }행은 파일에 답변이 없음. 가져온 이의 선택(--missing-as-wrong)에 따라 오답으로 셈
import-empty = 답변 { $rows }개 중 { $count }개는 비어 있어 오답으로 셈
import-no-tokens = 토큰 수가 없음
import-no-finish = 종료 이유가 없음
import-one-model = 모델 { $model }의 행만 받음
import-filter = 판정은 lm-eval 필터 { $filter }의 것이며 다른 필터는 제외함
import-no-results-beside = 표본 옆에 같은 날짜의 results_<date>.json이 없음
import-no-results-found = 같은 날짜의 results_<date>.json이 없음
import-eee-result = 결과 { $result }의 행만 받음
import-lighteval = lighteval은 종료 이유를 남기지 않음
import-livecodebench = 제출물에는 모델, 표집 설정, 토큰 수가 없음
import-base-tests = 그쪽의 판정은 벤치마크처럼 기본 테스트의 것
import-evalplus = EvalPlus가 실행한 풀이(정리 도구가 답변에서 잘라 낸 것)를 보관함
import-evalplus-alone = EvalPlus는 풀이만 따로 실행하므로 여기서도 그렇게 실행함. 다른 답변 앞에 두는 프롬프트의 import와 도우미 함수는 붙이지 않음
import-inspect-status = 로그의 상태가 success가 아니라 { $status }

## Compared runs

comparison-better = 더 나음
comparison-worse = 더 나쁨
comparison-equivalent = 대등
comparison-not-worse = 더 나쁘지 않음
comparison-inconclusive = 판단 보류


## 기준 실행과의 비교 (compare)

compare-headline = { $benchmark }, { $names }: { $outcome } ({ FIXED($score) }% 대 { FIXED($reference) }%, { $found })
compare-names = { $run } 대 { $reference }
compare-better = { FIXED($gap) }포인트 높음
compare-worse = { FIXED($gap) }포인트 낮음
compare-equivalent = ±{ SHORT($margin) }포인트 안에서 같음
compare-not-worse = { SHORT($margin) }포인트 이상 낮지는 않음
compare-shown-alone = 판단 보류. 이 비교만 보면 차이가 입증되지만 비교 { $family }개를 모두 고려하면 입증되지 않음
compare-lower-here = 이 문제들에서는 낮음, 비슷한 다른 문제에서는 판단 보류
compare-higher-here = 이 문제들에서는 높음, 비슷한 다른 문제에서는 판단 보류
compare-undecided = 판단 보류. 차이가 있다고도 같다고도 할 수 없음. { FIXED($detectable) }포인트 이상의 차이라야 확실히 드러남
compare-undecided-ever = 판단 보류. 차이가 있다고도 같다고도 할 수 없음. 문제가 너무 적어 어떤 차이도 확실히 드러나지 않음
compare-same-samples = 표본이 양쪽 모두 똑같아 비교한 것이 없음
compare-same-why = 한쪽이 다른 쪽의 사본이거나 둘 다 같은 시드로 뽑은 것
compare-contained = { $inner }의 표본이 모두 { $outer }에도 들어 있어 서로 독립으로 뽑은 것이 아님
compare-interval = 95% 구간 { SIGNED($low) } ~ { SIGNED($high) }
compare-found = { SIGNED($difference) }포인트, 95% 구간 { SIGNED($low) } ~ { SIGNED($high) }
compare-counts = 문제 { $common }개 중 { $better }개 나아짐, { $worse }개 나빠짐
compare-partly = 문제 { $problems }개 중 { $common }개를 비교함
compare-groups = 문제 { $common }개가 { $groups }개 묶음으로 이루어져 있어, 이런 문제에서의 오차는 묶음을 단위로 구함
compare-mcnemar = 구간은 0을 벗어나지만, 판정하는 정확 검정으로는 차이가 드러나지 않음(맥니마 검정, p { SIGNIFICANT($p) })
compare-these = 바로 이 문제들에서 둘을 거듭 실행한 평균: { $found }
compare-power = 실제 차이가 { SHORT($margin) }포인트라면 { FIXED($power, 0) }%, { FIXED($detectable) }포인트라면 80%의 확률로 드러남
compare-power-none = 실제 차이가 { SHORT($margin) }포인트라면 { FIXED($power, 0) }%의 확률로 드러남. 80%의 확률로 드러나는 차이는 없음
compare-needed = 관측된 차이가 실제 차이라면 이런 문제 약 { $needed }개로 80%의 확률로 드러남(여기서는 { $common }개)
compare-tokens = 정답 표본당 토큰: { FIXED($run, 0) }개, 기준은 { FIXED($reference, 0) }개
compare-devices = 정답 표본당 장치 시간: { SIGNIFICANT($run) }초({ $device }), 기준은 { SIGNIFICANT($reference) }초({ $reference_device })
compare-holm = p { SIGNIFICANT($p) }, 비교 { $family }개를 보정하면(Holm) { SIGNIFICANT($adjusted) }
compare-ids-only = 두 폴더 모두에 문제 본문이 있지는 않아 id만으로 짝을 지음
compare-copies = { $run }: 표본 { $samples }개 중 { $distinct }개가 따로 뽑힌 것이고 나머지는 사본임
compare-setting = { $setting }: 기준 { PLAIN($reference) }, 비교 대상 { PLAIN($run) }
compare-most-worse = 가장 나빠진 문제: { LIST($problems, "; ") }
compare-most-better = 가장 나아진 문제: { LIST($problems, "; ") }
compare-changes-worse = 가장 나빠진 문제 (맞은 표본, 기준 → 비교 대상)
compare-changes-better = 가장 나아진 문제 (맞은 표본, 기준 → 비교 대상)
compare-change = { $problem }: { $of }개 중 { $before }개 → { $then }개 중 { $after }개
column-public-before = 체크포인트 이전 공개
public-all = 전부
public-none = 없음
public-in-part = 일부
public-unknown = 알 수 없음
column-before = 이전에 공개된 문제
column-after = 이후에 공개된 문제
column-score-before = 이전 문제 점수 %
column-score-after = 이후 문제 점수 %
page-contrast = 체크포인트 이전과 이후의 문제
contrast-of = { $model }: { $after } 점수에서 { $before } 점수를 뺀 차이와 95% 구간
page-contrast-caption = 같은 종류의 대회 가운데 체크포인트보다 먼저 공개된 문제와 나중에 나온 문제를 견줍니다. 차이는 나중 점수에서 이전 점수를 뺀 값(포인트)이고, 비슷한 다른 문제에 대한 95% 구간(Welch)과 함께 보입니다. 나중 점수가 낮으면 학습 데이터 오염을 의심할 수 있지만 대회가 더 어려워도 똑같이 나타나므로, 이것만으로는 아무것도 결론짓지 않습니다.
summary-cut = 작업 요약에는 더 담을 수 없습니다. 나머지는 보고서에 있습니다.
page-comparison = 비교
page-comparison-figures = 비교 수치
legend-comparison = 차이는 비교 대상에서 기준을 뺀 포인트이며 문제별로 짝지어 구함. ‘비슷한 문제에서’는 이와 비슷한 다른 문제에서의 차이로, 문제에 대한 스튜던트 t로 구함(문제당 표본이 하나이거나 달라진 문제가 적으면 보닛·프라이스 구간을 쓰고, 차이는 맥니마 정확 검정으로만 입증함). ‘이 문제들에서’는 같은 문제로 두 실행을 다시 할 때의 차이. 높음·낮음은 비슷한 문제에서 차이가 입증됨, 같음은 허용 오차 안에 있음이 입증됨, 낮지는 않음은 정한 만큼 낮지 않음이 입증됨, 판단 보류는 어느 것도 입증되지 않음. 비교가 여럿이면 Holm 보정한 p값을 따름. ‘찾아낼 차이’는 80% 검정력으로 찾아낼 수 있는 차이.
column-reference = 기준
column-n = n
column-reference-score = 기준 점수 %
column-score = 점수 %
column-95-on-such-problems = 비슷한 문제에서 95% 구간
column-95-on-these-problems = 이 문제들에서 95% 구간
column-p-holm = p (Holm)
column-p-equivalence-holm = 같음의 p (Holm)
column-detectable = 찾아낼 차이
column-better = 나아짐
column-worse = 나빠짐
column-reference-tokens = 기준 토큰
column-reference-truncated = 기준 잘림 %
column-tokens-per-right = 정답 표본당 토큰
column-reference-tokens-per-right = 기준 정답 표본당 토큰
column-device-seconds-per-right = 정답 표본당 장치 시간(초)
column-reference-device-seconds-per-right = 기준 정답 표본당 장치 시간(초)
column-reference-right = 기준 정답
column-change = 변화

verdict-among-laboratories = { $scores }: { $finding }. 연구실 사이의 차이로 보면 { $laboratories }
among-laboratories-usual = 드물지 않음
among-laboratories-unusual = 드문 편임
note-laboratories-usual = 같은 것을 잰 연구실끼리도 { FIXED($half) }포인트까지는 다름(표준편차 { FIXED($sd) }, 자유도 { $df }). 이 차이는 드물지 않음
note-laboratories-unusual = 같은 것을 잰 연구실끼리는 { FIXED($half) }포인트까지 다름(표준편차 { FIXED($sd) }, 자유도 { $df }). 이 차이는 드문 편임
note-tipping = 채점 { $grades }개가 틀렸다면 판정이 바뀜
note-tipping-up = 채점 { $grades }개가 틀렸다면 판정이 바뀜. 채점기가 정답의 { SIGNIFICANT($rate) }%를 놓쳐도({ $upwards }개) 바뀜
note-not-fragile = 채점 { $grades }개가 틀렸다면 판정이 바뀜. 채점기가 정답의 { SIGNIFICANT($rate) }%를 놓쳐도({ $upwards }개) 바뀌며, 느슨하게 다시 읽으면 의심되는 채점은 { $suspects }개임
note-fragile = 깨지기 쉬운 판정임. 채점기가 정답의 { SIGNIFICANT($rate) }%를 놓치면({ $upwards }개) 판정이 바뀌는데, 느슨하게 다시 읽으면 의심되는 채점이 { $suspects }개임
page-change-axis = 변화(포인트)
page-problems-axis = 문제, 가장 나빠진 것부터
page-paired-title = 문제별로 본 { $names } 대 { $reference }
page-paired-desc = { $better }개 나아짐, { $worse }개 나빠짐, { $same }개 그대로
page-paired-note = 점 하나가 문제 하나로, 이 실행의 정답 표본 비율에서 기준의 비율을 뺀 값. 선은 평균, 띠는 비슷한 문제에서의 95% 구간.
differing-lower = 더 낮음: { LIST($figures, "; ") }.
differing-higher = 더 높음: { LIST($figures, "; ") }.
differing-figure = { $model }의 { $figure } { FIXED($measured) }%(공표 { SHORT($published) }%)
differing-more = 외 { $count }개
verdict-count = { $verdict } { $count }개
verdict-sum = 수치 { $total }개 중 { LIST($counts, ", ") }.
verdict-sum-by-chance = 수치 { $total }개 중 { LIST($counts, ", ") }. 모든 점수가 공표된 값과 같더라도 우연만으로 약 { FIXED($chance, 2) }개는 더 낮거나 더 높게 나옴.

## Pages for readers of the articles

claims-cut = 긴 근거는 줄여서 보였습니다(…). `claimbench claims --article ID`는 기사 하나의 근거를 모두 보여 줍니다.
claims-unheard = { $run }: 이 실행이 측정한 모델과 벤치마크에 대한 주장이 여기에는 없습니다.
reader-title = 딥시크를 다룬 기사 다섯 편, 주장을 하나씩 확인하다
reader-intro = 주장은 기사 문장이 아니라 우리가 다시 쓴 말로 적었습니다. 공개된 수치와 기록으로 판정하고 출처를 함께 밝힙니다. 판정 방법은 docs/evidence.md에 있습니다.
reader-plain-words = 맞음: 수치나 기록이 주장을 뒷받침합니다. 틀림: 수치나 기록이 주장과 다릅니다. 일부만 맞음: 맞는 부분도 있고 틀린 부분도 있습니다. 미정: 수치가 너무 불확실하거나 재지 않은 것이 있습니다. 검증 불가: 재어 보아도, 지금 있는 기록을 찾아보아도 가릴 수 없습니다.
reader-article = 기사
reader-date = 날짜
reader-all = 전체
reader-day-inferred = 날짜는 본문에서 미루어 정했습니다.
reader-no-link = 확인된 링크가 없습니다.
reader-benchmarks = 비교 { $count }건: 주장대로 { $holds }건, 주장과 다름 { $fails }건, 미정 { $open }건.
reader-sums = 계산 { $count }건: 주장대로 { $agree }건, 주장과 다름 { $differ }건.
reader-records = 찾아본 사실 { $count }건: 주장대로 { $agree }건, 주장과 다름 { $differ }건.
reader-scores = { $benchmark }: { $subject } { SIGNIFICANT($subject_value) }, { $reference } { SIGNIFICANT($reference_value) }
reader-figure = 가장 뚜렷한 근거
reader-source = 출처
reader-settles = 가리는 데 더 필요한 것
reader-details = 판정 과정
reader-id = 주장 번호
reader-lines = 기사 줄 번호
reader-kind = 종류
reader-verdict = 판정
reader-tier = 증거 { $tier }등급만 본 판정
reader-why = 근거
reader-note = 참고
reader-disagreement = 다른 기사
plain-holds = 맞음
plain-fails = 틀림
plain-in-part = 일부만 맞음
plain-open = 미정
plain-beyond-testing = 검증 불가
settles-measured-again = 없습니다. 같은 시험을 우리가 직접 돌리면 더 확실해집니다.
settles-more-samples = 미정인 시험에서 두 모델을, 문제마다 충분한 표본으로 돌린 결과.
settles-the-source = 범위나 하한만 알려진 값의 정확한 수치.
settles-nothing-more = 없습니다. 출처에서 확인할 수 있습니다.
settles-run = 모델과 시험, 설정을 밝힌 실행 결과.
settles-record = 날짜가 적힌 공개 기록.
settles-both = 평가나 전망이어서, 재거나 찾아볼 수 있는 것이 없습니다.
# --- 다시 생성한 실행 (claimbench repeat) ---
repeat-headline = { $benchmark }에서 { $model }: 표본 { $samples }개 중 { $repeated }개를 다시 생성
repeat-equal = 같은 텍스트: { $of }개 중 { $count }개({ FIXED($share) }%, 95% 구간 { FIXED($low) }~{ FIXED($high) }%)
repeat-first = 텍스트가 다른 경우 { $median }번째 토큰부터 달라짐(중앙값, 가장 이른 경우 { $least }번째 토큰)
repeat-flips = 뒤바뀐 채점: { $of }개 중 { $count }개({ FIXED($share) }%, 95% 구간 { FIXED($low) }~{ FIXED($high) }%), 정답으로 { $up }개, 오답으로 { $down }개
repeat-no-flips = 뒤바뀐 채점: { $of }개 중 없음(95% 신뢰수준에서 최대 { FIXED($bound) }%)
repeat-score = 이 표본의 점수: 이전 { FIXED($before) }%, 이번 { FIXED($after) }%. 전체를 다시 생성하면 점수가 { SIGNED($gap) }포인트 움직일 것으로 추정, 95% 구간 { SIGNED($low) }~{ SIGNED($high) }포인트
repeat-score-bound = 이 표본의 점수: 이전과 이번 모두 { FIXED($before) }%. 전체를 다시 생성해도 점수는 최대 { FIXED($high) }포인트까지만 움직임
repeat-ungraded = 이 표본 중 채점된 것이 없음
repeat-setting = engine.{ $setting }: 이전 { $before }, 이번 { $after }

## The answer first

page-answer = 결론
page-answers-many = 공표 수치 { $count }개를 판정했습니다. 그림은 모델과 벤치마크별로 판정을 센 것이고, 하나하나의 근거는 아래 표에 있습니다.
answer-scores = { $model }: { $benchmark } 점수 { FIXED($measured) }%, { $by ->
    [claimed] 실행 파일에 적은 점수
   *[other] 공표된 점수
} { SHORT($published) }%.
answer-scores-partly = { $model }: 다른 이의 출력을 여기서 채점한 { $benchmark } 점수 { FIXED($measured) }%, { $by ->
    [claimed] 실행 파일에 적은 점수
   *[other] 공표된 점수
} { SHORT($published) }%.
answer-unmeasured = { $model }: { $benchmark }에서 이 방식으로는 측정하지 않음, { $by ->
    [claimed] 실행 파일에 적은 점수
   *[other] 공표된 점수
} { SHORT($published) }%.
answer-score = { $model }: { $benchmark } 점수 { FIXED($score) }%.
answer-score-none = { $model }: { $benchmark } 점수 없음. 답변을 하나도 채점하지 못했습니다.
answer-score-partial = { $model }: { $benchmark } 점수는 표본 { $asked }개 중 { $received }개까지 { FIXED($score) }%.
answer-compared = { $benchmark }, { $names }: { FIXED($score) }% 대 { FIXED($reference) }%.
answer-reproduced = 차이가 ±{ SHORT($margin) }포인트 안에 있음
answer-apart = 우연으로 설명되지 않는 { FIXED($gap) }포인트 차이
answer-apart-greedy = { FIXED($gap) }포인트 차이로 허용 오차 ±{ SHORT($margin) }포인트를 넘음
answer-open-decoding = 공표된 점수가 표집인지 그리디인지 알 수 없고, 그에 따라 판정이 달라짐
answer-open-decoding-ours = 이 답변들이 표집인지 그리디인지 밝혀져 있지 않고, 그에 따라 판정이 달라짐
answer-basis = 문제 { $problems }개에 답변을 { $samples }개씩 받아 측정했습니다. { $by ->
    [claimed] 비교한 점수는 실행 파일에 직접 적은 것입니다(claimed 키).
   *[other] 공표된 점수의 출처는 { $by }입니다.
}
answer-by = { $by ->
    [claimed] 점수는 실행 파일에 직접 적은 것입니다(claimed 키).
   *[other] 공표된 점수의 출처는 { $by }입니다.
}
answer-verdict = { $word }: { $finding }
answer-with-looks = { $finding }. { $looks }
answer-with-plain = { $finding }. 오차의 기본 상한으로 보면 { $plain }
answer-how-sure = 얼마나 확실한가
answer-why = 그림이 보여 주는 것
answer-change = 판정을 바꿀 수 있는 것
answer-beside = 찾아볼 곳
answer-no-claims = 검증할 수 있는 기사의 주장 { $count }개 중 여기서 측정한 모델에 대한 것은 없습니다.
answer-claims-file = 다른 이의 수치로 판정한 결과 보기
certainty-very-sure = 매우 확실함
certainty-sure = 확실함
certainty-fairly-sure = 꽤 확실함
certainty-unsure = 확실하지 않음
certainty-equal = { $level }: 두 점수가 실제로 { SHORT($margin) }포인트 이상 다르다면 우연히 이만큼 가깝게 나올 일은 많아야 { SIGNIFICANT($odds) }번에 한 번입니다.
certainty-apart = { $level }: 두 점수가 실제로 같다면 우연히 이만큼 벌어질 일은 많아야 { SIGNIFICANT($odds) }번에 한 번입니다.
certainty-greedy = 우연은 끼어들지 않습니다. 양쪽 모두 늘 가장 그럴듯한 토큰을 고르므로 다시 실행해도 같은 점수가 나옵니다. 남는 것은 재는 방식의 차이입니다.
certainty-open = 아직 판정할 수 없음: { $remedy }.
certainty-decoding = 표본을 늘려도 판정할 수 없습니다. 공표된 점수의 디코딩 방식을 알아야 합니다.
certainty-decoding-ours = 표본을 늘려도 판정할 수 없습니다. 이 답변들의 디코딩 방식을 알아야 합니다(--protocol temperature=…을 주고 다시 가져오기).
verdicts-hang-on-decoding = 판정 { $count }개는 이 답변들이 표집인지 그리디인지에 달려 있으나 밝혀져 있지 않음. 아는 값을 주고 다시 가져오면 됨(예: --protocol temperature=0.6)
certainty-none = 판정하지 않았습니다.
certainty-partial = 확실하지 않으며 높게 나왔을 가능성이 큽니다. 표본이 아직 부족하고, 먼저 끝나는 것은 짧은 답변이며 짧은 답변이 긴 답변보다 더 자주 맞기 때문입니다.
answer-basis-uneven = 문제 { $problems }개에 답변을 { $fewest }~{ $most }개씩 받아 측정했습니다. { $by ->
    [claimed] 비교한 점수는 실행 파일에 직접 적은 것입니다(claimed 키).
   *[other] 공표된 점수의 출처는 { $by }입니다.
}
certainty-score = 같은 문제로 거듭 실행한 평균은 { FIXED($low) }~{ FIXED($high) }%로 보이며(95% 구간), 비슷한 다른 문제였다면 점수가 { FIXED($se) }포인트쯤 오르내립니다.
certainty-score-greedy = 같은 실행을 다시 하면 같은 점수가 나오고, 비슷한 다른 문제였다면 점수가 { FIXED($se) }포인트쯤 오르내립니다.
certainty-score-alike = 같은 문제로 거듭 실행한 평균은 { FIXED($low) }~{ FIXED($high) }%로 보입니다(95% 구간). 모든 문제의 결과가 같아, 비슷한 다른 문제였다면 점수가 얼마나 달라질지는 알 수 없습니다.
certainty-score-greedy-alike = 같은 실행을 다시 하면 같은 점수가 나옵니다. 모든 문제의 결과가 같아, 비슷한 다른 문제였다면 점수가 얼마나 달라질지는 알 수 없습니다.
certainty-score-single = 같은 문제로 거듭 실행한 평균은 { FIXED($low) }~{ FIXED($high) }%로 보입니다(95% 구간). 문제가 하나뿐이어서, 다른 문제였다면 점수가 얼마나 달라질지는 알 수 없습니다.
certainty-score-greedy-single = 같은 실행을 다시 하면 같은 점수가 나옵니다. 문제가 하나뿐이어서, 다른 문제였다면 점수가 얼마나 달라질지는 알 수 없습니다.
certainty-score-unknown = 다시 실행했을 때 얼마나 달라질지는 알 수 없습니다.
certainty-compared = 판정할 수 없음: 이만한 문제와 표본으로는 { FIXED($detectable) }포인트 이상의 차이라야 확실히 드러납니다.
certainty-compared-none = 판정할 수 없음: 문제가 너무 적어 어떤 차이도 확실히 드러나지 않습니다.
certainty-same-samples = 비교한 것이 없습니다. 한쪽이 다른 쪽의 사본이거나 둘 다 같은 시드로 뽑은 것이어서, 차이가 0이라는 것은 모델에 대해 아무것도 말해 주지 않습니다.
why-inside = 굵은 선(차이의 90% 구간)이 허용 오차 안에 있습니다. 이만큼 가까우면 같은 점수로 봅니다.
why-apart = 가는 선(95% 구간)이 0에 닿지 않으므로 두 점수는 다릅니다. 굵은 선이 허용 오차 안에 있다는 것은 입증되지 않았습니다.
why-open = 가는 선(95% 구간)이 0을 지나므로 차이가 입증되지 않았고, 굵은 선(90% 구간)이 허용 오차를 벗어나므로 같음도 입증되지 않았습니다.
why-open-apart = 이것만 보면 선이 0에 닿지 않지만, 함께 검정한 다른 것들까지 고려하면 차이가 입증되지 않았습니다.
why-open-inside = 이것만 보면 굵은 선이 허용 오차 안에 있지만, 함께 검정한 다른 것들까지 고려하면 같음이 입증되지 않았습니다.
why-exact-inside = 우연이 없으므로 선도 없습니다. 점이 허용 오차 안에 있습니다.
why-exact-outside = 우연이 없으므로 선도 없습니다. 점이 허용 오차 밖에 있습니다.
chip-departures = 프로토콜이 다른 점 { $count }개
chip-one-sided = 한쪽만 밝힌 설정 { $count }개
chip-notes = 참고 { $count }개
chip-source = 공표된 곳
chip-tier = 증거 등급 { $tier }
chip-fragile = 깨지기 쉬움
chip-tipping = 잘못된 채점 { $grades }개
chip-labs-usual = 연구실 사이에서 드물지 않은 차이
chip-labs-unusual = 연구실 사이에서 드문 차이
chip-truncated = 답변의 { $share }%가 잘림
chip-truncated-why = 토큰 한도에 잘린 답변입니다. 한도가 더 높으면 일부는 정답으로 끝날 수도 있습니다.
chip-details = 자세히
chip-not-registered-why = 무엇을 어떻게 판정할지 실행 전에 적어 두지 않았습니다. 그래서 점수를 보고 나서 고른 것이 없는지 아무도 확인할 수 없습니다.
strip-title = 차이: { SIGNED($difference) }포인트
strip-said = { LIST($parts, " ") }
strip-said-found = 차이는 { SIGNED($difference) }포인트.
strip-said-margin = 허용 오차는 ±{ SHORT($margin) }포인트.
strip-said-interval = { $level }% 구간은 { SIGNED($low) } ~ { SIGNED($high) }.
strip-said-others = 다른 연구실의 차이는 { $values }포인트.
strip-said-usual = 두 연구실의 차이는 100번 중 95번 { FIXED($half) }포인트까지.
strip-axis = 차이(포인트)
strip-zero = 차이 없음
strip-margin = 허용 오차(같은 것으로 봄)
strip-found = 측정된 차이
strip-interval-90 = 90% 구간
strip-interval-95 = 95% 구간
strip-others = 다른 연구실
strip-usual = 연구실 사이의 흔한 차이(95%)
page-matrix-caption = 모델과 벤치마크별 판정. 숫자는 판정 수이고, 판정이 하나면 차이를 포인트로 적었습니다.
page-judgements = 판정 전체
matrix-field = { $word } { $text }
legend-pass-1 = pass@1: 정답인 표본의 비율을 문제에 대해 평균한 값입니다.
legend-interval = 95% 구간: 표본과 모순되지 않는 범위로, 실행을 되풀이해 구간을 새로 구하면 100번 중 5번은 참값을 놓칩니다. 같음은 90% 구간으로 검정합니다(5% 단측 검정 두 번).
legend-margin = 허용 오차: 두 점수를 같은 것으로 보는 차이의 한도로, 실행 전에 정합니다. 필요한 허용 오차: 이 수치가 재현으로 인정될 가장 작은 허용 오차입니다.
legend-equivalence = 같음: 표본이 적으면 차이는 늘 입증되지 않으므로, 차이가 입증되지 않은 것만으로는 부족하고 차이가 허용 오차 안에 있다는 것이 입증되어야 합니다.
legend-holm = Holm: 여러 수치를 함께 검정할수록 우연히 어긋나는 것이 나오기 쉽습니다. Holm 보정은 더 강한 근거를 요구해, 그중 하나라도 잘못 판정할 확률을 5% 아래로 둡니다.
legend-distinct = 따로 뽑힌 표본: 서로 독립으로 뽑힌 표본이며 나머지는 그 사본입니다.

## Problem by problem, and one sample

page-problems-note = 막대 하나가 문제 하나입니다. 벤치마크의 순서나 아래 표의 순서를 따르며, 막대의 조각은 그 문제의 표본이 어떻게 되었는지를 보여 줍니다. 두 실행을 견줄 때는 변화이며 가장 나빠진 것부터입니다.
page-problems-caption = 문제별로 정답인 표본의 수와 나머지 표본이 어떻게 되었는지입니다.
page-pairs-caption = 두 실행 모두에 있는 문제: 기준과 이 실행의 정답 표본, 그 비율의 변화(포인트).
script-problems-range = 문제 { $all }개 중 { $from }–{ $to }
script-of = { $all }개 중 { $right }개
script-strip = 문제 { $all }개: 늘 정답 { $solved }개, 정답 없음 { $never }개
script-pairs = 문제 { $all }개: 나아짐 { $better }개, 나빠짐 { $worse }개
script-problem-said = { $problem }: { $all }개 중 { $right }개 정답
script-pair-said = { $problem }: 정답 { $before }, 이어서 { $after }
script-only = 문제 { $problem }만 보는 중: 모두 보기
script-characters = { $count }자
script-searching = 찾는 중: { $all }묶음 중 { $part }묶음
script-right = 정답
script-cut = 잘려서 오답
script-better = 나아짐
script-worse = 나빠짐
script-against = 대
script-rule = 규칙
script-prompt = 보낸 그대로의 프롬프트
script-prompt-unknown = 보낸 그대로의 프롬프트는 이 실행에 저장되지 않았습니다.
script-program = 시험한 프로그램
script-link = 이 표본의 링크
script-raw = 원문 그대로
page-deep = 본문에서도 찾기
rule-integer = 표시된 규칙으로 찾은 마지막 수를 정수로 읽어 정확히 비교함
rule-number = 표시된 규칙으로 찾은 마지막 수를 정확히 읽어 정확히 비교함
rule-latex = 마지막 상자 안의 답이나 표시된 규칙으로 찾은 답을 수식으로 비교함
rule-choice = 답의 글자를, 보인 순서에서 정답인 선택지의 글자와 비교함
rule-code = 답변의 마지막 프로그램을 샌드박스에서 문제의 테스트로 실행해 모두 통과하면 정답으로 봄
rule-label = 표본에 붙어 온 판정으로, 여기서 채점하지 않음
rule-lm-eval = lm-eval 과제 자체의 필터와 지표
column-samples-cut = 잘림
column-samples-without-answer = 답 없음

script-tests = 이 문제의 테스트
script-tests-said = 통과 { $passed }, 실패 { $failed }, 판정하지 않음 { $unjudged }.
script-first-failing = 처음 실패한 것은 테스트 { $count }개 중 { $test }번입니다.
script-test-input = 입력
script-test-expected = 기대한 값
script-test-got = 나온 값
script-sort-by = 정렬 기준
script-ascending = 오름차순 ↑
script-descending = 내림차순 ↓

## Why a grade is what it is

grade-never-ended = 추론이 끝나지 않음
grade-no-answer = 답을 찾지 못함
grade-no-letter = 선택지 글자를 찾지 못함
grade-no-program = 프로그램을 찾지 못함
grade-right-letter = 정답은 { $right }
grade-their-label = 출력에 붙어 온 판정이며 여기서 채점하지 않음
grade-equals-exactly = { $where }: 값을 그대로 비교해 정답과 같음
grade-differs-exactly = { $where }: 값을 그대로 비교해 정답과 다름
grade-equals-math-verify = { $where }: math-verify로 비교해 정답과 같음
grade-differs-math-verify = { $where }: math-verify로 비교해 정답과 다름
grade-too-long = { $where }: { $most }자보다 김
grade-not-evaluated = 계산하지 못함: { $where }: { $failure }
grade-where-box = 마지막 상자 안의 답
grade-where-stated = 따로 적힌 답
grade-where-hashes = #### 뒤의 답
grade-where-phrase = “the answer is” 뒤의 답
grade-where-conclusion = 마지막 문장의 답
grade-where-last-number = 마지막 수
grade-no-order = 표본에 선택지 순서가 없고, 정답 { $gold }도 선택지 글자가 아님
grade-no-label = 출력에 판정이 없고, 여기에 정답도 없음
grade-no-gold = 문제 { $problem }에 정답이 없음
grade-gold-not-number = 문제 { $problem }의 정답 { $gold }: 수가 아님
grade-gold-not-integer = 문제 { $problem }의 정답 { $gold }: 정수가 아님
grade-gold-not-evaluated = 정답을 계산하지 못함: { $failure }
grade-failed = 채점하지 못함: { $failure }
grade-worker-time = CPU 시간 한도({ $seconds }초, 다시 그 두 배)를 넘음
grade-worker-clock = CPU 시간은 남았으나 실제 시간 한도({ $seconds }초 이상, 다시 그 두 배)를 넘음. 무언가를 기다리고 있거나 컴퓨터가 너무 바쁜 것
grade-worker-memory = 메모리가 { $mib } MiB보다 많이 필요함
grade-worker-signal = 채점 프로세스가 시그널 { $signal } 때문에 종료됨
grade-worker-status = 채점 프로세스가 종료 상태 { $status }인 채 끝남
grade-metric = { $metric } 값은 { $value }
grade-metric-neither = { $metric } 값이 { $value }: 정답도 오답도 아님
grade-filter-nothing = 필터 { $filter }: 답을 찾지 못함
grade-program = { $what } (격리 { $isolation })
grade-passes = 테스트 { $count }개 중 { $count }개 통과
grade-passes-all = 테스트 통과
grade-test = 테스트 { $count }개 중 { $test }번: { $how }
grade-outside-tests = 테스트 밖: { $how }
grade-for-input = { $what } (입력 { $input })
grade-value = 기대한 값 { $expected }, 나온 값 { $got }
grade-line = { $line }행: 기대한 값 { $expected }, 나온 값 { $got }
grade-lines = { $wanted }행이어야 하나 { $lines }행: 기대한 값 { $expected }, 나온 값 { $got }
grade-too-much = 돌려준 값이 { $bytes }바이트로, 기대한 값보다 훨씬 큼
grade-unreadable = 돌려준 값을 읽을 수 없음: { $why }
grade-assert = { $what }; assert가 성립하지 않음
grade-in-call = { $call }{ $how }
grade-no-memory = 메모리가 모자람
grade-overdue = { $wall }초 안에 끝나지 않음(CPU 시간 { $cpu }초)
grade-slow = CPU 시간 한도 { $cpu }초를 넘음
grade-threads = 스레드가 { $most }개를 넘음
grade-died = { $signal } 때문에 종료됨
grade-exited = 종료 상태 { $status }인 채 끝남
grade-no-program-of-theirs = LiveCodeBench의 규칙으로는 프로그램을 찾지 못함
