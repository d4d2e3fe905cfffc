from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "twinbook.sync"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from twinbook.gradebook import hooks
        from twinbook.sync import announce, wake

        wake.listen()
        hooks.register(announce.announce)
        post_migrate.connect(_have_an_identity, sender=self)


def _have_an_identity(**told: object) -> None:
    from twinbook.sync import installation

    installation.ensure()
