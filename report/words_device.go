package report

import "maps"

// with returns a catalogue with the words of devices added.
func with(texts, more map[string]string) map[string]string {
	all := maps.Clone(texts)
	maps.Copy(all, more)
	return all
}

var deviceWordsEnglish = map[string]string{
	"beside": "Readings beside the incidents", "beside.none": "No device of this service was read around an incident.",
	"beside.device": "Device", "beside.reading": "Reading", "beside.before": "Before", "beside.during": "During",
	"beside.figures": "mean %s, at most %s", "beside.void": "not known: %s", "beside.nothing": "nothing read",
	"beside.note": "Before: in the %s up to the first failure. Of interfaces the busiest is shown, of volumes the fullest.",
	"told":        "What the devices told", "told.at": "At", "told.what": "Trap or threshold",
	"reading.cpu": "Processor", "reading.memory": "Memory in use", "reading.storage": "Volume in use",
	"reading.in_use": "Speed in use, received", "reading.out_use": "Speed in use, sent", "reading.in_bits": "Received", "reading.out_bits": "Sent",
	"void.": "known", "void.first": "no earlier value to compare with", "void.silent": "the agent did not answer", "void.refused": "no agent listens",
	"void.auth": "credentials not accepted", "void.missing": "the agent has no such object", "void.type": "a value of another type",
	"void.agent_error": "the agent answered with an error", "void.restart": "the agent restarted", "void.discontinuity": "the counter was interrupted",
	"void.wrap": "the counter wrapped or was reset", "void.speed": "more than is possible", "void.clock": "the agent's clock contradicts ours",
	"void.stale": "not counted on since the last reading", "void.range": "out of range", "void.disabled": "switched off", "void.unasked": "not asked in time",
}

var deviceWordsJapanese = map[string]string{
	"beside": "障害前後の機器の測定値", "beside.none": "障害の前後に、このサービスの機器の測定値はありません。",
	"beside.device": "機器", "beside.reading": "項目", "beside.before": "障害前", "beside.during": "障害中",
	"beside.figures": "平均 %s、最大 %s", "beside.void": "不明：%s", "beside.nothing": "測定なし",
	"beside.note": "障害前は最初の失敗までの%s。インターフェースは最も使用率の高いもの、ボリュームは最も埋まったものを示します。",
	"told":        "機器からのイベント", "told.at": "時刻", "told.what": "トラップまたはしきい値",
	"reading.cpu": "プロセッサー", "reading.memory": "メモリー使用率", "reading.storage": "ボリューム使用率",
	"reading.in_use": "回線使用率（受信）", "reading.out_use": "回線使用率（送信）", "reading.in_bits": "受信", "reading.out_bits": "送信",
	"void.": "既知", "void.first": "比べる前の値がない", "void.silent": "エージェントの応答なし", "void.refused": "エージェントが待ち受けていない",
	"void.auth": "認証情報の拒否", "void.missing": "該当オブジェクトなし", "void.type": "値の型が異なる",
	"void.agent_error": "エージェントのエラー応答", "void.restart": "エージェントの再起動", "void.discontinuity": "カウンターの中断",
	"void.wrap": "カウンターの一周またはリセット", "void.speed": "あり得ない大きさ", "void.clock": "エージェントの時計の矛盾",
	"void.stale": "前回から更新なし", "void.range": "範囲外", "void.disabled": "運用者による停止", "void.unasked": "時間内に問い合わせず",
}
