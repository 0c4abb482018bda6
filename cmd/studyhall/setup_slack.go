package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"studyhall/adapters/slack"
	"studyhall/internal/app"
)

type setupSlack struct {
	Least    bool   `help:"Ask for no right to read anything that people write. What that gives up is printed."`
	HTTP     bool   `name:"http" help:"Have Slack send what people do to PUBLIC_URL, in place of Socket Mode."`
	Many     bool   `help:"Make an app that other workspaces add, at PUBLIC_URL/slack/install."`
	Commands string `enum:"few,all" default:"few" placeholder:"few|all" help:"Which slash commands to declare: few, all others being words after /studyhall, or all."`
	JSON     bool   `name:"json" help:"Print a JSON object."`
}

func (*setupSlack) Help() string {
	return "Prints a link that makes the app from its manifest, the steps in order, what each right is for, and the manifest itself. " +
		"It changes nothing, here or on Slack, and never shows a secret. docs/slack.md has the same at length."
}

func (s *setupSlack) Run(ctx context.Context, p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	steps, err := app.SetupSlack(ctx, c, app.SlackChoice{Least: s.Least, HTTP: s.HTTP, Many: s.Many, All: s.Commands == "all"}, programVersion())
	if errors.Is(err, app.ErrNoAddress) || errors.Is(err, app.ErrLeastMany) {
		return usagef("%w", err)
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return p.printJSON(slackRow{
			Workspace: steps.Workspace, Missing: append([]slack.Scope{}, steps.Missing...), Create: steps.Create, Manifest: steps.Manifest, Scopes: steps.Scopes, Lost: append([]slack.Scope{}, steps.Lost...),
			Steps: stepRows(steps.Steps), Variables: variableRows(steps.Variables),
		})
	}
	return p.printSlack(steps)
}

// slackRow is what other programs read.
type slackRow struct {
	Workspace string          `json:"workspace"` // "" while it is not known
	Missing   []slack.Scope   `json:"missing"`   // not granted there
	Create    string          `json:"create"`    // where to make the app
	Manifest  json.RawMessage `json:"manifest"`
	Scopes    []slack.Scope   `json:"scopes"`
	Lost      []slack.Scope   `json:"left_out"` // and what is lost without them
	Steps     []stepRow       `json:"steps"`
	Variables []variableRow   `json:"variables"`
}

func (p *program) printSlack(s app.SlackSteps) error {
	var b strings.Builder
	b.WriteString("Studyhall on Slack, step by step.\n")
	writeSteps(&b, s.Steps)
	b.WriteString("\nWhat it asks to be allowed, and why: to …\n")
	for _, scope := range s.Scopes {
		fmt.Fprintf(&b, "   %-18s %s\n", scope.Name, scope.Why)
	}
	if len(s.Lost) > 0 {
		b.WriteString("\nWhat is lost without those left out\n")
		for _, scope := range s.Lost {
			fmt.Fprintf(&b, "   %-18s %s\n", scope.Name, scope.Without)
		}
	}
	writeVariables(&b, s.Variables)
	b.WriteString("\nThe manifest, which the link has in it; an app that exists already takes it on its page App Manifest\n\n")
	var manifest bytes.Buffer
	if err := json.Indent(&manifest, s.Manifest, "", "  "); err != nil {
		return err
	}
	fmt.Fprintf(&b, "%s\n", manifest.Bytes())
	_, err := fmt.Fprint(p.out, b.String())
	return err
}
