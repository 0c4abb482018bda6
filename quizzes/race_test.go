//go:build race

package quizzes

// raceEnabled says that the race detector makes everything larger.
const raceEnabled = true
