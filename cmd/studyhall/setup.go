package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"studyhall/adapters/discord"
	"studyhall/internal/app"
)

type setupDiscord struct {
	App  string `placeholder:"ID" help:"The bot's Application ID, for the invitation. Without it Discord is asked, if DISCORD_TOKEN is set."`
	JSON bool   `name:"json" help:"Print a JSON object."`
}

func (*setupDiscord) Help() string {
	return "Prints the steps in order, the invitation, and what each permission is for. It changes nothing, here or on Discord, " +
		"and never shows the token. docs/discord.md has the same at length."
}

func (s *setupDiscord) Run(ctx context.Context, p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	steps, err := app.SetupDiscord(ctx, c, s.App)
	if id := (app.BadID{}); errors.As(err, &id) {
		return usagef("%w", err)
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return p.printJSON(newSetupRow(steps))
	}
	return p.printSetup(steps)
}

// setupRow is what other programs read.
type setupRow struct {
	Application string               `json:"application"` // "" while it is not known
	Invite      string               `json:"invite"`      // "" while it is not known
	Scopes      []string             `json:"scopes"`
	Permissions []discord.Permission `json:"permissions"`
	Steps       []stepRow            `json:"steps"`
	Variables   []variableRow        `json:"variables"`
}

type stepRow struct {
	Page string   `json:"page"` // of the developer portal, or where else
	Do   []string `json:"do"`
	Done bool     `json:"done"` // as far as can be seen
}

type variableRow struct {
	Name string `json:"name"`
	Set  bool   `json:"set"`
	Doc  string `json:"doc"`
}

func newSetupRow(s app.DiscordSteps) setupRow {
	return setupRow{
		Application: s.Application, Invite: s.Invite, Scopes: discord.Scopes(), Permissions: discord.Permissions(),
		Steps: stepRows(s.Steps), Variables: variableRows(s.Variables),
	}
}

func stepRows(all []app.Step) []stepRow {
	rows := []stepRow{}
	for _, step := range all {
		rows = append(rows, stepRow{step.Page, step.Do, step.Done})
	}
	return rows
}

func variableRows(all []app.StepVariable) []variableRow {
	rows := []variableRow{}
	for _, v := range all {
		rows = append(rows, variableRow{v.Name, v.Set, v.Doc})
	}
	return rows
}

func (p *program) printSetup(s app.DiscordSteps) error {
	var b strings.Builder
	b.WriteString("Studyhall on Discord, step by step.\n")
	writeSteps(&b, s.Steps)
	b.WriteString("\nWhat each permission is for\n")
	for _, perm := range discord.Permissions() {
		fmt.Fprintf(&b, "   %-25s %s\n", perm.Name, perm.Why)
	}
	writeVariables(&b, s.Variables)
	_, err := fmt.Fprint(p.out, b.String())
	return err
}

func writeSteps(b *strings.Builder, all []app.Step) {
	for n, step := range all {
		done := ""
		if step.Done {
			done = " (done)"
		}
		fmt.Fprintf(b, "\n%d. %s%s\n", n+1, step.Page, done)
		for _, do := range step.Do {
			fmt.Fprintf(b, "   %s\n", do)
		}
	}
}

func writeVariables(b *strings.Builder, all []app.StepVariable) {
	b.WriteString("\nVariables, in the environment or in a file named .env\n")
	widest := 20
	for _, v := range all {
		widest = max(widest, len(v.Name))
	}
	for _, v := range all {
		set := "not set"
		if v.Set {
			set = "set"
		}
		fmt.Fprintf(b, "   %-*s %-8s %s\n", widest, v.Name, set, v.Doc)
	}
}
