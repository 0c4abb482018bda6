package scalemodel

import "time"

// Measured are the costs as they were measured; docs/scale.md has the commands, the
// date and the machine. A refresh of a count was not measured apart: it is taken to
// cost what an answer does.
func Measured() Costs {
	const answerApp, answerStore = 1700 * time.Microsecond, 2300 * time.Microsecond
	return Costs{
		PostApp: 10 * time.Millisecond, PostStore: 13 * time.Millisecond,
		EditApp: answerApp, EditStore: answerStore,
		AnswerApp: answerApp, AnswerSQL: answerStore,
		Commit: 5 * time.Millisecond, PostWAL: 9_800, AnswerWAL: 2_200, PostTx: 43, AnswerTx: 7,
	}
}
