"""Scores may come from the champion before, or from a scorecard kept beside the version."""

from django.db import migrations, models

KEEP = """
CREATE OR REPLACE FUNCTION credit_keep_model_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(OLD.product_id, OLD.number, OLD.contract_id, OLD.snapshot_id, OLD.bundle_hash,
           OLD.model_sha256, OLD.validation_sha256, OLD.metrics, OLD.gates, OLD.trained_by_id,
           OLD.trained_at{also_old})
       IS DISTINCT FROM
       ROW(NEW.product_id, NEW.number, NEW.contract_id, NEW.snapshot_id, NEW.bundle_hash,
           NEW.model_sha256, NEW.validation_sha256, NEW.metrics, NEW.gates, NEW.trained_by_id,
           NEW.trained_at{also_new})
    THEN
        RAISE EXCEPTION 'a model version never changes: only its stage moves'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
ROUTES = [
    ("champion", "Champion"),
    ("previous_champion", "Champion before"),
    ("scorecard", "Fallback scorecard"),
    ("none", "No model could score it"),
]


class Migration(migrations.Migration):
    dependencies = [("credit", "0005_ingestion_quality")]

    operations = [
        migrations.AddField(
            "modelversion",
            "scorecard",
            models.JSONField(
                null=True, help_text="the fallback, kept here too: a lost bundle leaves it"
            ),
        ),
        migrations.RunSQL(
            KEEP.format(also_old=", OLD.scorecard", also_new=", NEW.scorecard"),
            KEEP.format(also_old="", also_new=""),
        ),
        migrations.AddField(
            "score",
            "uncertainty",
            models.JSONField(
                null=True, help_text="{models, agreeing, recommendation, pd_low, pd_high}"
            ),
        ),
        migrations.AlterField("score", "route", models.CharField(choices=ROUTES, max_length=20)),
    ]
