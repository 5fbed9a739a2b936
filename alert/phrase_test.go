package alert

import "testing"

func TestInJapanese(t *testing.T) {
	for in, want := range map[string]string{
		`there is no claim "year"`:    "公表値 「year」 はありません。",
		"a correction needs a reason": "訂正には理由が必要です。",
		"Sato has looked at it":       "Sato has looked at it",
		"":                            "",
		"review cpu/gw/2026 was closed on 2026-10-01; its history is not changed any more": "容量の見直し cpu/gw/2026 は 2026-10-01 に終了しました。履歴は変更できません。",
		// Why a review was opened stands in its history too.
		"opened: the daily 95th percentile was above 50 % on 5 of the last 7 days": "見直しを開始：1 日の 95 パーセンタイルが 50 % を超えた日が、直近 7 日のうち 5 日ありました",
		"gateway cpu is 96 % (latest), above its limit of 90 %":                    "gateway cpu は 96 %（最新値）で、しきい値 90 % を上回っています",
		// Two mistakes in one form, and a command that a page does not show.
		"the comment is empty: say note\nnobody is named who says it: say by":                                                                          "コメントを入力してください。\nコメントする人の名前を入力してください。",
		"claim year is closed from 2025-10-01 to 2026-09-30 and its figure is frozen: this would change it without a reason\ntry: slamon correct year": "公表値 year は 2025-10-01 から 2026-09-30 までの期間が終了し、値が確定しています。この登録は理由なしに値を変えるため、受け付けられません。訂正として登録してください。",
	} {
		if got := InJapanese(in); got != want {
			t.Errorf("InJapanese(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzInJapanese feeds it what people and targets may say.
func FuzzInJapanese(f *testing.F) {
	f.Add("opened: decided: opened: x")
	f.Add("%s was due at %[9]s")
	f.Add("\n\nthere is no claim \"\"")
	f.Fuzz(func(t *testing.T, text string) { InJapanese(text) })
}
