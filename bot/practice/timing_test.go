package practice_test

import (
	"testing"
	"time"

	"studyhall/bot/practice"
)

func TestExtraTime(t *testing.T) {
	for _, tt := range []struct {
		name  string
		extra practice.ExtraTime
		want  time.Duration
		timed bool
	}{
		{"normal time", practice.NormalTime, 45 * time.Second, true},
		{"half as much again", practice.HalfMore, 67*time.Second + 500*time.Millisecond, true},
		{"twice the time", practice.DoubleTime, 90 * time.Second, true},
		{"no timer", practice.NoTimer, 0, false},
		{"unknown, from a newer program", "3", 45 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, timed := tt.extra.Of(45 * time.Second)
			if got != tt.want || timed != tt.timed {
				t.Errorf("45 s become %v, timed %v; want %v, %v", got, timed, tt.want, tt.timed)
			}
		})
	}
}
