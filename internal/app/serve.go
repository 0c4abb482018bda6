package app

import (
	"context"
	"log/slog"
)

// Serve runs the program for real platforms until ctx ends. This version has
// none yet, and says so.
func Serve(_ context.Context, _ Config, _ *slog.Logger, _ string) error {
	return nothingToServe{}
}

// nothingToServe is what serve says when no platform is set up.
type nothingToServe struct{}

func (nothingToServe) Error() string {
	return "there is no platform to serve: this version speaks to a browser only, and Slack and Discord come later.\n" +
		"Try it in a browser, without any account: studyhall demo"
}

// ExitCode is that of a configuration error.
func (nothingToServe) ExitCode() int { return 78 }
