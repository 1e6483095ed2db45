"""The figures that the papers print: read from leaderboards/published, shown beside ours."""
